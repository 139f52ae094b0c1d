// Package certs makes the certificates of the simulated systems.
package certs

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"strings"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/seed"
)

// Loopback holds the names and addresses of the local machine.
var Loopback = []string{"127.0.0.1", "::1", "localhost"}

// The validity of certificates is fixed, so that a seed gives the same certificates in each run. It is long enough
// for any client's clock.
var (
	notBefore = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	notAfter  = time.Date(2049, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Authority signs the certificates of one fixture or server.
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

// Kind is a kind of certificate. All but Valid are refused by clients that check
// more than the thumbprint.
type Kind int

// The kinds of certificates.
const (
	Valid             Kind = iota
	Expired                // since 2021
	NotYetValid            // before 2048
	ClientOnly             // its extended key usage is that of a client
	Constrained            // the name constraint of the intermediate authority excludes its name
	CriticalExtension      // it has a critical extension that no client knows
	NegativeSerial         // its serial number is negative, which Go refuses to parse
)

// Issue signs a certificate for a server with these host names.
func (ca *Authority) Issue(name string, hosts []string) (*tls.Certificate, error) {
	return ca.IssueKind(Valid, name, hosts)
}

// IssueKind is Issue for a kind of certificate.
func (ca *Authority) IssueKind(kind Kind, name string, hosts []string) (*tls.Certificate, error) {
	if kind == Constrained {
		between, err := ca.constrained(name)
		if err != nil {
			return nil, err
		}
		issued, err := between.IssueKind(Valid, name, hosts)
		if err != nil {
			return nil, err
		}
		issued.Certificate = append(issued.Certificate, between.certificate.Raw)
		return issued, nil
	}
	template := ca.serverTemplate(name, hosts)
	switch kind {
	case Expired:
		template.NotAfter = time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
	case NotYetValid:
		template.NotBefore = time.Date(2048, 1, 1, 0, 0, 0, 0, time.UTC)
	case ClientOnly:
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	case CriticalExtension:
		template.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 6876, 999}, Critical: true, Value: []byte{5, 0}}}
	case NegativeSerial:
		template.SerialNumber = big.NewInt(0x1122334455667788) // its sign follows below
	}
	key, err := ca.newKey(name)
	if err != nil {
		return nil, err
	}
	leaf, err := sign(template, ca.certificate, key, ca.key)
	if err != nil {
		return nil, err
	}
	issued := &tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}
	if kind == NegativeSerial {
		issued.Certificate[0] = negateSerial(leaf)
	}
	return issued, nil
}

// constrained makes an intermediate authority that may sign for one domain only.
func (ca *Authority) constrained(name string) (*Authority, error) {
	name = "authority between " + name
	between := &Authority{source: ca.source}
	template := ca.template(name)
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
	template.PermittedDNSDomainsCritical, template.PermittedDNSDomains = true, []string{"elsewhere.example.com"}
	_, testNet, err := net.ParseCIDR("192.0.2.0/24")
	if err != nil {
		return nil, err
	}
	template.PermittedIPRanges = []*net.IPNet{testNet}
	if between.key, err = ca.newKey(name); err != nil {
		return nil, err
	}
	between.certificate, err = sign(template, ca.certificate, between.key, ca.key)
	return between, err
}

// negateSerial returns a certificate with the sign bit of its serial number set.
// Its signature is then wrong, but Go refuses the serial number before it checks
// that.
func negateSerial(leaf *x509.Certificate) []byte {
	der := bytes.Clone(leaf.Raw)
	der[bytes.Index(der, leaf.SerialNumber.Bytes())] |= 0x80
	return der
}

func (ca *Authority) serverTemplate(name string, hosts []string) *x509.Certificate {
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
	return template
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

// sign uses no randomness, so that equal templates give equal certificates.
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
