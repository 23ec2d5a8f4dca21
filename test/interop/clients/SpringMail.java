import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.WebApplicationType;
import org.springframework.mail.SimpleMailMessage;
import org.springframework.mail.javamail.JavaMailSender;

/** Sends as an app does that has the application.properties of the current folder. */
@EnableAutoConfiguration
public class SpringMail {
  public static void main(String[] arguments) {
    var application = new SpringApplicationBuilder(SpringMail.class).web(WebApplicationType.NONE);
    try (var context = application.run()) {
      var message = new SimpleMailMessage();
      message.setFrom("app@example.com");
      message.setTo("alice@example.com");
      message.setSubject("Hello");
      message.setText("Caught!");
      context.getBean(JavaMailSender.class).send(message);
    }
  }
}
