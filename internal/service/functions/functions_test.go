package functions_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/functions"
)

func TestMain(m *testing.M) { acctest.Main(m) }

const (
	canonical = "SHA-256:A7:1F:42:9C:E0:5D:33:B6:08:7B:F4:61:2E:99:C5:1A:84:DD:70:3F:56:EB:12:C8:9A:47:05:BE:63:F8:21:DC"
	compact   = "a71f429ce05d33b6087bf4612e99c51a84dd703f56eb12c89a4705be63f821dc"
	key       = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"
	notDER    = "-----BEGIN CERTIFICATE-----\nc2VjcmV0\n-----END CERTIFICATE-----\n"
	none      = "It holds no PEM certificate (-----BEGIN CERTIFICATE-----): "
	noPairs   = "A SHA-256 thumbprint has 32 pairs of hex digits"
)

// call runs a function without a CLI.
func call(t *testing.T, f function.Function, argument string) (string, *function.FuncError) {
	t.Helper()
	resp := function.RunResponse{Result: function.NewResultData(types.StringUnknown())}
	f.Run(t.Context(), function.RunRequest{Arguments: function.NewArgumentsData([]attr.Value{types.StringValue(argument)})}, &resp)
	result, _ := resp.Result.Value().(types.String)
	return result.ValueString(), resp.Error
}

// certificates returns two certificates, and the thumbprint of the first as this test computes it.
func certificates(t *testing.T) (first, second, thumbprint string) {
	t.Helper()
	fixture := acctest.StartAppliances(t)
	first, second = fixture.Appliance("site-a").CertificatePEM(), fixture.CertificateAuthority()
	block, _ := pem.Decode([]byte(first))
	sum := sha256.Sum256(block.Bytes)
	var pairs []string
	for i := range sum {
		pairs = append(pairs, strings.ToUpper(hex.EncodeToString(sum[i:i+1])))
	}
	return first, second, "SHA-256:" + strings.Join(pairs, ":")
}

func der(text string) []byte {
	block, _ := pem.Decode([]byte(text))
	return block.Bytes
}

func TestThumbprint(t *testing.T) {
	first, second, want := certificates(t)
	for name, text := range map[string]string{
		"alone":              first,
		"a chain":            first + second,
		"a key before it":    key + first,
		"text around it":     "subject: me\n" + first + "the end",
		"line ends of DOS":   strings.ReplaceAll(first, "\n", "\r\n"),
		"no end of line":     strings.TrimSpace(first),
		"garbage behind it":  first + notDER,
		"an unfinished next": first + "-----BEGIN CERTIFICATE-----\n",
		"base64 DER":         base64.StdEncoding.EncodeToString(der(first)),
	} {
		if got, err := call(t, functions.NewOfPEM(), text); err != nil || got != want {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
}

func TestNormalizeThumbprint(t *testing.T) {
	for _, text := range []string{
		canonical, strings.ToLower(canonical), strings.TrimPrefix(canonical, "SHA-256:"), compact, strings.ToUpper(compact),
		"SHA256:" + compact, " " + canonical + "\n",
	} {
		if got, err := call(t, functions.NewNormalize(), text); err != nil || got != canonical {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
}

func TestFunctions_invalidArguments(t *testing.T) {
	for _, row := range []struct {
		of         func() function.Function
		text, says string
	}{
		{functions.NewOfPEM, "", none},
		{functions.NewOfPEM, "appliance.pem", none},
		{functions.NewOfPEM, key, none},
		{functions.NewOfPEM, strings.Replace(notDER, "c2VjcmV0", "*secret*", 1), none},
		{functions.NewOfPEM, "-----BEGIN CERTIFICATE-----\n", none},
		{functions.NewOfPEM, notDER, "Certificate 1 of the text can't be read: "},
		{functions.NewNormalize, "", noPairs},
		{functions.NewNormalize, canonical[:len(canonical)-3], noPairs},
		{functions.NewNormalize, canonical + ":00", noPairs},
		{functions.NewNormalize, strings.Replace(canonical, "A7", "G7", 1), noPairs},
		{functions.NewNormalize, "SHA-1:A7:1F:42:9C:E0:5D:33:B6:08:7B:F4:61:2E:99:C5:1A:84:DD:70:3F", "That is a SHA-1 thumbprint"},
	} {
		_, err := call(t, row.of(), row.text)
		if err == nil || err.FunctionArgument == nil || *err.FunctionArgument != 0 || !strings.HasPrefix(err.Text, row.says) {
			t.Errorf("%q: got %+v", row.text, err)
			continue
		}
		if strings.Contains(err.Text, "secret") {
			t.Errorf("the error repeats the text: %s", err.Text)
		}
	}
}

func TestFunctions_commandLine(t *testing.T) {
	acctest.SkipUnlessSupported(t, acctest.Functions)
	first, _, want := certificates(t)
	config := func(call string) string {
		return "output \"it\" { value = provider::vcda::" + call + " }\n"
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(t),
		Steps: []resource.TestStep{
			{Config: config(fmt.Sprintf("thumbprint(%q)", first)), Check: resource.TestCheckOutput("it", want)},
			{Config: config(fmt.Sprintf("normalize_thumbprint(%q)", compact)), Check: resource.TestCheckOutput("it", canonical)},
			{Config: config(`thumbprint("x")`), ExpectError: acctest.MatchTexts(`Invalid value for "pem" parameter`, none)},
			{Config: config(`normalize_thumbprint("x")`), ExpectError: acctest.MatchTexts(`Invalid value for "text" parameter`, noPairs)},
		},
	})
}

// The appliance accepts the thumbprint as that of its peer.
func TestFunctions_inAPairing(t *testing.T) {
	acctest.SkipUnlessSupported(t, acctest.Functions)
	fixture := acctest.StartAppliances(t)
	a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
	b.Pair("site-a")
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(t),
		Steps: []resource.TestStep{{
			Config: acctest.ProviderBlock(a) + fmt.Sprintf(`
resource "vcda_site_pairing" "b" {
  api_url        = %q
  api_thumbprint = provider::vcda::thumbprint(%q)
}
`, b.URL(), b.CertificatePEM()),
			Check: resource.TestCheckResourceAttr("vcda_site_pairing.b", "healthy", "true"),
		}},
	})
}
