package mysql

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/url"
	"os"

	"github.com/go-sql-driver/mysql"

	"github.com/dossier-dsr/dossier/connectors/relational/settings"
)

// encrypted is how a connection is encrypted that asks for it by tls=true: the server's certificate is verified against its name and the
// authorities in the file ca, or else those of the system; cert and key are files by which the server knows who comes. What is wrong is said
// without what stands in the files.
func encrypted(setting string, u *url.URL) (*tls.Config, error) {
	out := &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12}
	q := u.Query()
	if file := q.Get("ca"); file != "" {
		text, err := os.ReadFile(file)
		out.RootCAs = x509.NewCertPool()
		if err != nil || !out.RootCAs.AppendCertsFromPEM(text) {
			return nil, settings.Wrong(setting, "ca= in "+setting+" names no file of certificates that can be read", "the certificate of the authority that signed the server's, as PEM")
		}
	}
	if cert, key := q.Get("cert"), q.Get("key"); cert != "" || key != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return nil, settings.Wrong(setting, "cert= and key= in "+setting+" name no certificate and its key that can be read", "two files, as PEM")
		}
		out.Certificates = []tls.Certificate{pair}
	}
	return out, nil
}

// unencrypted says why a connection was not encrypted, and what is to be done; "" where that is not what went wrong.
func unencrypted(err error) (why, hint string) {
	var unverified *tls.CertificateVerificationError
	var name x509.HostnameError
	switch {
	case errors.Is(err, mysql.ErrNoTLS):
		return "the server does not encrypt connections", "have it do so; without tls=true in the address what is sent can be read on the way"
	case errors.As(err, &name):
		return "the server's certificate is of another server", "name the server in the address as its certificate does"
	case errors.As(err, &unverified):
		return "the server's certificate is signed by no authority that is trusted here, or is not valid now", "ca=FILE in the address names the certificate of the authority that signed it"
	}
	return "", ""
}
