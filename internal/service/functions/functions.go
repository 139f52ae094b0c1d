// Package functions holds the functions thumbprint and normalize_thumbprint.
package functions

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// textFunction is a function from a text to a thumbprint.
type textFunction struct {
	name       string
	definition function.Definition
	convert    func(string) (string, error)
}

func (f textFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = f.name
}

func (f textFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = f.definition
}

func (f textFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var text string
	if resp.Error = req.Arguments.Get(ctx, &text); resp.Error != nil {
		return
	}
	thumbprint, err := f.convert(text)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, diagnostics.Sentence(err.Error()))
		return
	}
	resp.Error = resp.Result.Set(ctx, thumbprint)
}

// NewOfPEM returns the function thumbprint.
func NewOfPEM() function.Function {
	return textFunction{name: "thumbprint", convert: ofPEM, definition: function.Definition{
		Summary: "SHA-256 thumbprint of a certificate",
		MarkdownDescription: "Returns the SHA-256 thumbprint of the first certificate in a PEM text, in the form VCDA uses: `SHA-256:` and upper-case hex pairs joined by colons. " +
			"Other PEM blocks, such as keys, are skipped. Without a `BEGIN` line the text is taken for base64 DER, as `filebase64(\"appliance.der\")` returns it. It works offline. OpenTofu refuses it in the provider block of `vcda` itself.",
		Parameters: []function.Parameter{function.StringParameter{
			Name: "pem", MarkdownDescription: "PEM text with a certificate, such as `file(\"appliance.pem\")`.",
		}},
		Return: function.StringReturn{},
	}}
}

// NewNormalize returns the function normalize_thumbprint.
func NewNormalize() function.Function {
	return textFunction{name: "normalize_thumbprint", convert: values.Thumbprint, definition: function.Definition{
		Summary: "SHA-256 thumbprint in the form VCDA uses",
		MarkdownDescription: "Brings a SHA-256 thumbprint into the form VCDA uses: `SHA-256:` and upper-case hex pairs joined by colons. " +
			"It takes what keytool, openssl, browsers, Windows and .NET print, in any case. It works offline. OpenTofu refuses it in the provider block of `vcda` itself.",
		Parameters: []function.Parameter{function.StringParameter{
			Name: "text", MarkdownDescription: "A SHA-256 thumbprint, such as the line that `openssl x509 -noout -fingerprint -sha256` prints.",
		}},
		Return: function.StringReturn{},
	}}
}

// ofPEM does not repeat the text in errors, because it may hold a private key.
func ofPEM(text string) (string, error) {
	certificate, err := values.FirstCertificate(text)
	if err != nil {
		return "", err
	}
	return values.ThumbprintOf(certificate), nil
}
