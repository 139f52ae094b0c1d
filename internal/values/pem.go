package values

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// maxPath is the maximum length of a text that may be a path.
const maxPath = 256

const beginPEM = "-----BEGIN "

// IsPEM reports whether a text is PEM text, not the path of a file.
func IsPEM(text string) bool { return strings.Contains(text, beginPEM) }

// blocks returns the PEM blocks of a text. The text may have a byte order mark,
// carriage returns, indented lines, and line feeds written as \n.
func blocks(text string) []*pem.Block {
	text = strings.TrimPrefix(text, "\ufeff")
	text = strings.NewReplacer(`\r\n`, "\n", `\n`, "\n", "\r\n", "\n", "\r", "\n").Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = trim(line) // a template may indent them
	}
	var found []*pem.Block
	for block, rest := pem.Decode([]byte(strings.Join(lines, "\n"))); block != nil; block, rest = pem.Decode(rest) {
		found = append(found, block)
	}
	return found
}

// Certificates returns the certificates (DER) of a PEM text, at least one. It skips
// other blocks, such as keys. It also accepts one certificate in base64 without the
// BEGIN line, or as DER bytes. With an error it returns the certificates before the
// one that can't be read.
func Certificates(text string) ([][]byte, error) {
	var found [][]byte
	for _, block := range blocks(text) {
		if block.Type != "CERTIFICATE" && block.Type != "X509 CERTIFICATE" && block.Type != "TRUSTED CERTIFICATE" {
			continue
		}
		certificate, ok := leadingCertificate(block.Bytes)
		if !ok {
			return found, fmt.Errorf("certificate %d of the text can't be read: it is damaged or cut off", len(found)+1)
		}
		found = append(found, certificate)
	}
	if len(found) > 0 {
		return found, nil
	}
	if !IsPEM(text) {
		if certificate, ok := unarmored(text); ok {
			return [][]byte{certificate}, nil
		}
	}
	return nil, fmt.Errorf("it holds no PEM certificate (-----BEGIN CERTIFICATE-----): %s", describePEM(text, "x509"))
}

// FirstCertificate returns the first of Certificates. It ignores the text after it.
func FirstCertificate(text string) ([]byte, error) {
	found, err := Certificates(text)
	if len(found) > 0 {
		return found[0], nil
	}
	return nil, err
}

// unarmored decodes a certificate without a BEGIN line, in base64 or as DER bytes.
func unarmored(text string) ([]byte, bool) {
	if certificate, ok := leadingCertificate([]byte(text)); ok && len(certificate) == len(text) {
		return certificate, true
	}
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(trim(text)), ""))
	if err != nil {
		return nil, false
	}
	certificate, ok := leadingCertificate(der)
	return certificate, ok && len(certificate) == len(der)
}

// leadingCertificate returns the certificate at the beginning of DER bytes; a
// trusted certificate of openssl has more bytes. It checks only the outer form,
// because Go refuses some certificates of appliances, such as those with a negative
// serial number.
func leadingCertificate(der []byte) ([]byte, bool) {
	var outer struct {
		Raw            asn1.RawContent
		TBSCertificate asn1.RawValue
		Algorithm      asn1.RawValue
		Signature      asn1.BitString
	}
	if _, err := asn1.Unmarshal(der, &outer); err != nil {
		return nil, false
	}
	compound := outer.TBSCertificate.IsCompound && outer.Algorithm.IsCompound
	return outer.Raw, compound
}

// describePEM describes a text without the wanted PEM block, and how to convert it
// with a command of openssl. It never repeats the text, which may hold a key.
func describePEM(text, command string) string {
	found := blocks(text)
	switch {
	case strings.TrimSpace(text) == "":
		return "it is empty"
	case isUTF16(text):
		return "it looks like text in UTF-16, as PowerShell writes it: save it as UTF-8"
	case len(found) > 0:
		return fmt.Sprintf("it holds a block of type %q", found[0].Type)
	case IsPEM(text):
		return "it has a BEGIN line, but no whole block: the END line or a part between is missing or damaged"
	case text[0] == 0x30 && (!isASCII(text) || strings.ContainsRune(text, 0)):
		return fmt.Sprintf("it looks like DER or PKCS#12 bytes: openssl %s -inform der -in FILE -out FILE.pem converts DER, openssl pkcs12 -nodes -in FILE -out FILE.pem the other", command)
	case strings.HasPrefix(strings.TrimSpace(text), "ssh-"):
		return "it looks like an SSH key"
	case strings.HasPrefix(strings.TrimSpace(text), "MII"):
		return "it looks like base64 without the BEGIN line, but is no whole certificate"
	}
	if len(text) < maxPath && !strings.ContainsAny(text, " \n") {
		return "it looks like a path: use file() to pass the text of the file"
	}
	return fmt.Sprintf("openssl %s -in FILE -out FILE.pem converts other formats", command)
}

func isUTF16(text string) bool {
	return strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff")
}

// PrivateKey returns the RSA private key of a PEM text, in PKCS#1 or PKCS#8. It
// skips other blocks, such as certificates.
func PrivateKey(text string) (*rsa.PrivateKey, error) {
	for _, block := range blocks(text) {
		switch block.Type {
		case "RSA PRIVATE KEY", "PRIVATE KEY":
			return parseKey(block)
		case "ENCRYPTED PRIVATE KEY":
			return nil, errEncrypted
		case "EC PRIVATE KEY":
			return nil, errNotRSA
		}
	}
	return nil, fmt.Errorf("it holds no PEM private key (-----BEGIN PRIVATE KEY-----): %s", describePEM(text, "pkey"))
}

var (
	errEncrypted = errors.New("the private key is encrypted: openssl pkey -in FILE -out FILE.pem decrypts it")
	errNotRSA    = errors.New("the private key is not an RSA key")
)

func parseKey(block *pem.Block) (*rsa.PrivateKey, error) {
	if block.Headers["DEK-Info"] != "" {
		return nil, errEncrypted
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("the private key is neither PKCS#1 nor unencrypted PKCS#8")
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, errNotRSA
	}
	return key, nil
}
