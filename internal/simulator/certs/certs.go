// Package certs makes the certificates of the simulated systems.
package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"strings"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/seed"
)

// Loopback are the names of this machine as its own programs know it.
var Loopback = []string{"127.0.0.1", "::1", "localhost"}

// Certificates are valid as long as the clocks of clients may show: with a seed
// they are the same in each run.
var (
	notBefore = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	notAfter  = time.Date(2049, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Authority signs the certificates of what belongs together.
type Authority struct {
	source      *seed.Source
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// NewAuthority makes an authority of the name.
func NewAuthority(name string, source *seed.Source) (*Authority, error) {
	ca := &Authority{source: source}
	template := ca.template(name)
	template.IsCA = true
	template.BasicConstraintsValid = true
	template.KeyUsage = x509.KeyUsageCertSign
	var err error
	if ca.key, err = ca.newKey(name); err != nil {
		return nil, err
	}
	ca.certificate, err = sign(template, template, ca.key, ca.key)
	return ca, err
}

// PEM is the authority's own certificate.
func (ca *Authority) PEM() string { return PEM(ca.certificate.Raw) }

// Issue signs a certificate for a server that is reached under the hosts.
func (ca *Authority) Issue(name string, hosts []string) (*tls.Certificate, error) {
	key, err := ca.newKey(name)
	if err != nil {
		return nil, err
	}
	template := ca.template(name)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	leaf, err := sign(template, ca.certificate, key, ca.key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}, nil
}

func (ca *Authority) template(name string) *x509.Certificate {
	serial := ca.source.Bytes("serial of " + name)
	return &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial[:8]),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    notBefore,
		NotAfter:     notAfter,
	}
}

func (ca *Authority) newKey(name string) (*ecdsa.PrivateKey, error) {
	secret := ca.source.Bytes("key of " + name)
	return ecdsa.ParseRawPrivateKey(elliptic.P256(), secret[:])
}

// sign asks for no randomness, so that equal templates give equal certificates.
func sign(template, parent *x509.Certificate, key, signer *ecdsa.PrivateKey) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(nil, template, parent, &key.PublicKey, signer)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// PEM is a certificate as text.
func PEM(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// Thumbprint is the SHA-256 thumbprint of a certificate in the form that VCDA
// uses in every field.
func Thumbprint(der []byte) string {
	sum := sha256.Sum256(der)
	return "SHA-256:" + strings.ReplaceAll(fmt.Sprintf("% X", sum), " ", ":")
}
