package diagnostics_test

import (
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
)

func TestQuotedTexts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		"site-b":                     {`site-b`, `"site-b"`},
		"https://b.example.com:8048": {`https://b.example.com:8048`, `"https://b.example.com:8048"`},
		"my site":                    {`'my site'`, `"my site"`},
		"$(id)":                      {`'$(id)'`, `"$(id)"`},
		"it's":                       {`'it'\''s'`, `"it's"`},
		`a"b\c`:                      {`'a"b\c'`, `"a\"b\\c"`},
		"${id}%{if}":                 {`'${id}%{if}'`, `"$${id}%%{if}"`},
		"München":                    {`'München'`, `"München"`},
		"":                           {`''`, `""`},
	} {
		if got := [2]string{diagnostics.ShellWord(text), diagnostics.ConfigString(text)}; got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
