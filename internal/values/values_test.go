package values_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

var (
	colons    = strings.Repeat("AB:", 31) + "0F"
	canonical = "SHA-256:" + colons
)

// thumbprintVariants are the outputs of programs for one certificate.
var thumbprintVariants = map[string]string{
	"VCDA":            canonical,
	"keytool":         "\t SHA256: " + colons + "\n",
	"openssl":         "sha256 Fingerprint=" + colons + "\n",
	"older openssl":   "SHA256 Fingerprint=" + colons,
	"Firefox":         colons,
	"Firefox, label":  "SHA-256 Fingerprint\t" + colons,
	"Windows":         "\u200e" + strings.ToLower(strings.ReplaceAll(colons, ":", " ")),
	"Windows, digits": strings.ToLower(strings.ReplaceAll(colons, ":", "")),
	".NET":            strings.ReplaceAll(colons, ":", "-"),
	"byte order mark": "\ufeff" + canonical,
	"two lines":       colons[:48] + "\n  " + colons[48:],
}

func TestThumbprint_variants(t *testing.T) {
	t.Parallel()
	for name, text := range thumbprintVariants {
		if got, err := values.Thumbprint(text); err != nil || got != canonical {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
}

func TestThumbprint_refuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                  "32 pairs",
		"AB":                                "got 1 pairs",
		"x" + colons:                        "no such pairs",
		colons[:59]:                         "that is a SHA-1 thumbprint, and a SHA-256 thumbprint is needed: openssl x509 -noout -fingerprint -sha256",
		"SHA1 Fingerprint=" + colons:        "SHA-1",
		colons[:47]:                         "MD5",
		"AB\u200bCD" + colons[5:]:           "character 3 is the invisible U+200B",
		strings.Replace(colons, "A", "", 1): "no such pairs",
	} {
		if got, err := values.Thumbprint(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
}

// urlVariants are the variants of each canonical address.
var urlVariants = map[string][]string{
	"https://b.example.com":          {"https://B.Example.COM:443/", "https://b.example.com.", " https://b.example.com./\n", "HTTPS://b.example.com:0443"},
	"https://b.example.com:8048":     {"https://b.example.com.:8048/"},
	"https://xn--mnchen-3ya.example": {"https://münchen.example", "https://MU\u0308NCHEN.example.", "https://XN--MNCHEN-3YA.example/", "https://münchen。example"},
	"https://[2001:db8::1]:8048":     {"https://[2001:DB8:0:0:0:0:0:1]:8048", "https://[2001:0db8::0001]:8048/"},
	"https://192.0.2.1":              {"https://192.0.2.1:443", "https://１９２.0.2.1"},
	"https://b_1.example.com/api":    {"https://B_1.example.com/api/", "https://b_1.example.com/api#"},
	"https://[fe80::1%25eth0]":       {"https://[FE80:0::1%25eth0]:443"},
}

func TestURL_variants(t *testing.T) {
	t.Parallel()
	for want, variants := range urlVariants {
		for _, text := range append(variants, want) {
			if got, err := values.URL(text); err != nil || got != want {
				t.Errorf("%q: got %q, %v, want %q", text, got, err, want)
			}
		}
	}
}

func TestURL_refuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"127.0.0.1:443":           `"127.0.0.1:443" is not an https URL: begin with https://`,
		"vcda.example.com":        "begin with https://",
		"":                        "begin with https://",
		"http://vcda.example.com": "begin with https://",
		"https://":                "has no host",
		"https://a b":             "is not a URL",
		"https://a..b":            "no valid host",
		"https://a\uff0fb":        "no valid host", // maps to a slash
		"https://a?b":             "query",
		"https://a#b":             "fragment",
		"https://a:0":             "port",
		"https://a:70000":         "port",
		"https://root:s3cret@a":   "must not hold a user",
		"root:s3cret@a":           "the address is not an https URL",
		"https://root:s3cret@[":   "the address is not a URL",
	} {
		got, err := values.URL(text)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
}

// testCertificate returns a certificate with its key.
var testCertificate = sync.OnceValues(func() (certificate []byte, key *rsa.PrivateKey) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "vcda"}, NotAfter: time.Unix(1<<32, 0)}
	certificate, err = x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return certificate, key
})

func armor(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func TestCertificates_variants(t *testing.T) {
	t.Parallel()
	certificate, key := testCertificate()
	text := armor("CERTIFICATE", certificate)
	secret := armor("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key))
	for name, variant := range map[string]string{
		"plain":                  text,
		"byte order mark":        "\ufeff" + text,
		"CRLF":                   strings.ReplaceAll(text, "\n", "\r\n"),
		"a last CR":              strings.TrimSpace(text) + "\r",
		"written \\n":            strings.ReplaceAll(text, "\n", `\n`),
		"indented":               strings.ReplaceAll(text, "\n", "\n    "),
		"no last line feed":      strings.TrimSpace(text),
		"key behind it":          text + secret,
		"key in front of it":     secret + text,
		"text around it":         "subject=vcda\n" + text + "bye",
		"base64 without BEGIN":   base64.StdEncoding.EncodeToString(certificate) + "\n",
		"base64 in lines":        strings.Join(strings.Split(strings.TrimSpace(text), "\n")[1:strings.Count(text, "\n")-1], "\n"),
		"DER":                    string(certificate),
		"openssl's trusted form": armor("TRUSTED CERTIFICATE", append(bytes.Clone(certificate), 0x30, 0)),
	} {
		got, err := values.Certificates(variant)
		if err != nil || len(got) != 1 || !bytes.Equal(got[0], certificate) {
			t.Errorf("%s: %d certificates, %v", name, len(got), err)
		}
	}
	damaged := text + armor("CERTIFICATE", certificate[:100])
	if got, err := values.FirstCertificate(damaged); err != nil || !bytes.Equal(got, certificate) {
		t.Errorf("a damaged one behind it: %v", err)
	}
	if got, err := values.Certificates(text + text); err != nil || len(got) != 2 {
		t.Errorf("a chain: %d certificates, %v", len(got), err)
	}
}

func TestCertificates_refuses(t *testing.T) {
	t.Parallel()
	certificate, key := testCertificate()
	text := armor("CERTIFICATE", certificate)
	for name, c := range map[string]struct{ text, want string }{
		"empty":       {"", "it is empty"},
		"blank":       {" \n", "it is empty"},
		"path":        {"ca.pem", "use file()"},
		"only a key":  {armor("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key)), `a block of type "RSA PRIVATE KEY"`},
		"cut off":     {text[:200], "the END line"},
		"damaged":     {armor("CERTIFICATE", certificate[:100]), "certificate 1 of the text can't be read"},
		"UTF-16":      {"\xff\xfe-\x00-\x00", "UTF-16"},
		"PKCS#12":     {"\x30\x82\x01\x00\x02\x01\x03\xff", "openssl pkcs12"},
		"half base64": {"MIIC", "without the BEGIN line"},
		"SSH key":     {"ssh-rsa AAAA", "SSH key"},
	} {
		_, err := values.Certificates(c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPrivateKey(t *testing.T) {
	t.Parallel()
	certificate, key := testCertificate()
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	onCurve, err := x509.MarshalPKCS8PrivateKey(curve)
	if err != nil {
		t.Fatal(err)
	}
	text := armor("PRIVATE KEY", pkcs8)
	for name, c := range map[string]struct{ text, want string }{
		"PKCS#8":              {text, ""},
		"PKCS#1":              {armor("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key)), ""},
		"written \\n":         {strings.ReplaceAll(text, "\n", `\n`), ""},
		"behind certificate":  {armor("CERTIFICATE", certificate) + text, ""},
		"encrypted":           {armor("ENCRYPTED PRIVATE KEY", []byte("s3cret")), "openssl pkey"},
		"elliptic curve":      {armor("PRIVATE KEY", onCurve), "not an RSA key"},
		"elliptic curve, SEC": {armor("EC PRIVATE KEY", []byte("s3cret")), "not an RSA key"},
		"broken":              {armor("PRIVATE KEY", []byte("s3cret")), "neither PKCS#1 nor"},
		"certificate":         {armor("CERTIFICATE", certificate), `a block of type "CERTIFICATE"`},
		"no PEM":              {"s3cret", "no PEM private key"},
		"DER":                 {string(pkcs8), "openssl pkey -inform der"},
	} {
		got, err := values.PrivateKey(c.text)
		switch {
		case c.want == "" && (err != nil || !got.Equal(key)):
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "s3cret")):
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		normalize func(string) (string, error)
		text      string
		want      string // "": an error
	}{
		"token":                     {values.Token, "abc.def", "abc.def"},
		"token, line break":         {values.Token, "\ufeffabc.def\r\n", "abc.def"},
		"token, Bearer":             {values.Token, "Bearer abc.def\n", "abc.def"},
		"token, only Bearer":        {values.Token, "Bearer ", ""},
		"token, line break within":  {values.Token, "abc\ndef", ""},
		"token, empty":              {values.Token, " \n", ""},
		"SAML token":                {values.SAMLToken, "<a>\n</a>\n", "<a>\n</a>"},
		"SAML token, empty":         {values.SAMLToken, "\n", ""},
		"SAML token, no XML":        {values.SAMLToken, "<a>\x00</a>", ""},
		"password":                  {values.Credential, " p w ", " p w "},
		"password, line break":      {values.Credential, "pw\n", ""},
		"password, CRLF":            {values.Credential, "pw\r\n", ""},
		"password, empty":           {values.Credential, "", ""},
		"Cloud user":                {values.CloudUser, "administrator@System", "administrator@System"},
		"Cloud user, no org":        {values.CloudUser, "administrator", ""},
		"Cloud user, empty org":     {values.CloudUser, "administrator@", ""},
		"Cloud user, no name":       {values.CloudUser, "@System", ""},
		"Cloud user, line break":    {values.CloudUser, "administrator@System\n", ""},
		"Cloud user with an e-mail": {values.CloudUser, "a@example.com@Org", "a@example.com@Org"},
	} {
		got, err := c.normalize(c.text)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
		if err != nil && c.text != "" && strings.Contains(err.Error(), strings.TrimSpace(c.text)) && name != "token, only Bearer" && strings.TrimSpace(c.text) != "" && !strings.HasPrefix(name, "Cloud") {
			t.Errorf("%s: the error repeats the secret: %v", name, err)
		}
	}
}

func TestSiteNameAndDescription(t *testing.T) {
	t.Parallel()
	if values.SiteName(norm.NFD.String("München")) != "München" {
		t.Error("a decomposed name differs")
	}
	if values.SiteName("München ") == "München" {
		t.Error("a name with a space is another one")
	}
	for _, text := range []string{"one\ntwo", " one\r\ntwo\n", "one\rtwo\t"} {
		if got := values.Description(text); got != "one\ntwo" {
			t.Errorf("%q became %q", text, got)
		}
	}
}
