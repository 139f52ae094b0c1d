package values_test

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// requireSame checks that every form of a value has the same canonical form.
func requireSame(t *testing.T, normalize func(string) (string, error), want string, variants ...string) {
	t.Helper()
	for _, text := range append(variants, want) {
		if got, err := normalize(text); err != nil || got != want {
			t.Fatalf("%q became %q, %v, not %q", text, got, err, want)
		}
	}
}

func FuzzThumbprint(f *testing.F) {
	for _, text := range thumbprintVariants {
		f.Add(text)
	}
	f.Add(colons[:59])
	f.Fuzz(func(t *testing.T, text string) {
		normal, err := values.Thumbprint(text)
		if err != nil {
			return
		}
		digits := strings.TrimPrefix(normal, "SHA-256:")
		requireSame(t, values.Thumbprint, normal,
			digits, strings.ToLower(digits), strings.ReplaceAll(digits, ":", ""), strings.ReplaceAll(digits, ":", "-"),
			"\u200e"+strings.ReplaceAll(digits, ":", " "), "SHA256: "+digits, "sha256 Fingerprint="+digits+"\n", " "+text+"\n")
	})
}

func FuzzURL(f *testing.F) {
	for normal, variants := range urlVariants {
		f.Add(normal)
		for _, text := range variants {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		normal, err := values.URL(text)
		if err != nil {
			return
		}
		requireSame(t, values.URL, normal, normal+"/", " "+text+"\r\n", strings.Replace(normal, "https", "HTTPS", 1))
	})
}

func FuzzHost(f *testing.F) {
	for _, name := range []string{"b.example.com.", "münchen.example", "xn--mnchen-3ya.example", "2001:db8::0001", "192.0.2.1", "１９２.0.2.1", "a\uff0fb", "ß"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		normal, err := values.Host(name)
		if err != nil {
			return
		}
		requireSame(t, values.Host, normal)
		if !strings.Contains(normal, ":") { // a zone of an IPv6 address has upper and lower case
			requireSame(t, values.Host, normal, strings.ToUpper(normal), normal+".")
		}
	})
}

func FuzzCertificates(f *testing.F) {
	certificate, _ := testCertificate()
	text := armor("CERTIFICATE", certificate)
	f.Add(text)
	f.Add(strings.ReplaceAll(text, "\n", `\n`))
	f.Add(string(certificate))
	f.Add(text[:300])
	f.Fuzz(func(t *testing.T, text string) {
		found, err := values.Certificates(text)
		if err != nil {
			return
		}
		var whole strings.Builder
		for _, der := range found {
			whole.WriteString(armor("CERTIFICATE", der))
		}
		plain := whole.String()
		for _, variant := range []string{plain, "\ufeff" + plain, strings.ReplaceAll(plain, "\n", "\r\n"), strings.ReplaceAll(plain, "\n", `\n`)} {
			again, err := values.Certificates(variant)
			if err != nil || !bytes.Equal(bytes.Join(again, nil), bytes.Join(found, nil)) {
				t.Fatalf("%q: %v", variant, err)
			}
		}
	})
}

func FuzzPrivateKey(f *testing.F) {
	f.Add("-----BEGIN PRIVATE KEY-----\nc2VjcmV0LWtleQ==\n-----END PRIVATE KEY-----\n")
	f.Fuzz(func(t *testing.T, text string) {
		key, err := values.PrivateKey(text)
		if err != nil {
			return
		}
		again, err := values.PrivateKey("\ufeff" + strings.ReplaceAll(text, "\n", "\r\n"))
		if err != nil || !again.Equal(key) {
			t.Fatalf("another variant: %v", err)
		}
	})
}

func FuzzSecrets(f *testing.F) {
	for _, text := range []string{"abc", "Bearer abc\n", "\ufeffabc", "a\nb", "BEARER bearer a"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if token, err := values.Token(text); err == nil {
			requireSame(t, values.Token, token, " "+text+"\r\n", "Bearer "+text)
		}
		if token, err := values.SAMLToken(text); err == nil {
			requireSame(t, values.SAMLToken, token, "\n"+text+"\r\n")
		}
		if credential, err := values.Credential(text); err == nil && credential != text {
			t.Fatalf("%q was changed to %q", text, credential)
		}
	})
}

func FuzzNames(f *testing.F) {
	for _, text := range []string{"München", "Mu\u0308nchen", " a\r\nb ", "\r\r\n\n", "\u200e"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		name, description := values.SiteName(text), values.Description(text)
		for _, variant := range []string{name, norm.NFD.String(text)} {
			if got := values.SiteName(variant); got != name {
				t.Fatalf("the site %q became %q, not %q", variant, got, name)
			}
		}
		for _, variant := range []string{description, strings.ReplaceAll(description, "\n", "\r\n"), "\n" + text + " "} {
			if got := values.Description(variant); got != description {
				t.Fatalf("the description %q became %q, not %q", variant, got, description)
			}
		}
	})
}
