package tlsutil

import (
	"strings"
	"testing"
)

// spelled are ways to write one thumbprint.
func spelled(canonical string) map[string]string {
	bare := strings.TrimPrefix(canonical, "SHA-256:")
	return map[string]string{
		"canonical":       canonical,
		"without prefix":  bare,
		"other prefix":    "SHA256:" + bare,
		"lower case":      strings.ToLower(canonical),
		"without colons":  strings.ReplaceAll(bare, ":", ""),
		"prefix and hex":  "sha256:" + strings.ToLower(strings.ReplaceAll(bare, ":", "")),
		"space around it": " " + canonical + "\n",
	}
}

func TestNormalizeThumbprint(t *testing.T) {
	t.Parallel()
	const canonical = "SHA-256:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"
	for name, text := range spelled(canonical) {
		if got, err := NormalizeThumbprint(text); err != nil || got != canonical {
			t.Errorf("%s: %q gives %q, %v", name, text, got, err)
		}
	}
	bare := strings.TrimPrefix(canonical, "SHA-256:")
	compact := strings.ReplaceAll(bare, ":", "")
	for name, text := range map[string]string{
		"empty":              "",
		"prefix only":        "SHA-256:",
		"too short":          canonical[:len(canonical)-3],
		"too long":           canonical + ":00",
		"an odd digit":       compact[1:],
		"another hash":       "SHA-1:" + bare,
		"two prefixes":       "SHA-256:SHA256:" + bare,
		"no hex":             "SHA-256:" + strings.Replace(bare, "00", "0G", 1),
		"colons elsewhere":   "0:011" + bare[5:],
		"some colons":        "00:" + compact[2:],
		"colon at the end":   compact + ":",
		"spaces for colons":  strings.ReplaceAll(bare, ":", " "),
		"doubled colon":      "00::11" + bare[5:],
		"colons in one heap": strings.Repeat(":", 31) + compact,
	} {
		if got, err := NormalizeThumbprint(text); err == nil {
			t.Errorf("%s: %q gives %q", name, text, got)
		}
	}
}

func FuzzNormalizeThumbprint(f *testing.F) {
	digest := strings.Repeat("AB:", 31) + "CD"
	for _, seed := range []string{"", ":", "SHA-256:", "SHA-256:" + digest, strings.ToLower(digest), strings.ReplaceAll(digest, ":", ""), "sha256:" + digest, " " + digest, "ſHA-256:" + digest} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		normal, err := NormalizeThumbprint(text)
		if err != nil {
			return
		}
		if len(normal) != len("SHA-256")+32*3 || normal != strings.ToUpper(normal) {
			t.Errorf("%q gives %q, which is not canonical", text, normal)
		}
		for _, spelling := range []string{normal, strings.ToLower(text), strings.TrimPrefix(normal, "SHA-256:"), strings.ReplaceAll(normal[len("SHA-256:"):], ":", "")} {
			if again, err := NormalizeThumbprint(spelling); err != nil || again != normal {
				t.Errorf("%q gives %q, but %q gives %q, %v", text, normal, spelling, again, err)
			}
		}
	})
}
