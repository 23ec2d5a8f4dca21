// Arguments: port, plain|login|starttls|tls, file of the message. SSL_CERT_FILE names the certificate.
package main

import (
	"crypto/tls"
	"log"
	"net/smtp"
	"os"
)

func main() {
	address, security := "localhost:"+os.Args[1], os.Args[2]
	message, err := os.ReadFile(os.Args[3])
	check(err)
	login := smtp.PlainAuth("", "user", "password", "localhost")
	to := []string{"b@example.com"}
	switch security {
	case "plain":
		check(smtp.SendMail(address, nil, "a@example.com", to, message))
	case "login", "starttls":
		check(smtp.SendMail(address, login, "a@example.com", to, message))
	default:
		sendOverTLS(address, login, to[0], message)
	}
}

func sendOverTLS(address string, login smtp.Auth, to string, message []byte) {
	connection, err := tls.Dial("tcp", address, nil)
	check(err)
	client, err := smtp.NewClient(connection, "localhost")
	check(err)
	check(client.Auth(login))
	check(client.Mail("a@example.com"))
	check(client.Rcpt(to))
	data, err := client.Data()
	check(err)
	_, err = data.Write(message)
	check(err)
	check(data.Close())
	check(client.Quit())
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
