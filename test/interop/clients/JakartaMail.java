import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.FileInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Properties;

/** Arguments: port, plain|login|starttls|tls, file of the certificate, file for what was sent. */
class JakartaMail {
  public static void main(String[] arguments) throws Exception {
    String port = arguments[0], security = arguments[1];
    String protocol = security.equals("tls") ? "smtps" : "smtp";
    Properties properties = new Properties();
    properties.put("mail." + protocol + ".host", "localhost");
    properties.put("mail." + protocol + ".port", port);
    if (security.equals("starttls")) properties.put("mail.smtp.starttls.required", "true");
    if (!security.equals("plain")) trust(arguments[2]);
    Session session = Session.getInstance(properties);
    MimeMessage message = new MimeMessage(session);
    message.setFrom("a@example.com");
    message.setRecipients(Message.RecipientType.TO, InternetAddress.parse("b@example.com"));
    message.setSubject("Grüße", "UTF-8");
    message.setText("Hello\n.leading dot\nübung\n", "UTF-8");
    message.saveChanges();
    try (Transport transport = session.getTransport(protocol)) {
      if (security.equals("plain")) transport.connect();
      else transport.connect("user", "password");
      transport.sendMessage(message, message.getAllRecipients());
    }
    try (var out = Files.newOutputStream(Path.of(arguments[3]))) {
      message.writeTo(out);
    }
  }

  /** As `keytool -importcert` and javax.net.ssl.trustStore do. */
  static void trust(String file) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (var in = new FileInputStream(file)) {
      store.setCertificateEntry("stuntmail", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    Path path = Files.createTempFile("trust", ".p12");
    try (var out = Files.newOutputStream(path)) {
      store.store(out, "password".toCharArray());
    }
    System.setProperty("javax.net.ssl.trustStore", path.toString());
    System.setProperty("javax.net.ssl.trustStorePassword", "password");
    path.toFile().deleteOnExit();
  }
}
