package remotecertificate_test

import (
	"crypto/x509"
	"encoding/pem"
)

// parse reads a certificate the simulator made.
func parse(text string) *x509.Certificate {
	block, _ := pem.Decode([]byte(text))
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		panic(err)
	}
	return certificate
}
