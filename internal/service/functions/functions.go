// Package thumbprint is the room of the functions thumbprint and
// normalize_thumbprint.
package functions

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
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

// NewOfPEM is the function thumbprint.
func NewOfPEM() function.Function {
	return textFunction{name: "thumbprint", convert: ofPEM, definition: function.Definition{
		Summary: "SHA-256 thumbprint of a certificate",
		MarkdownDescription: "Returns the SHA-256 thumbprint of the first certificate in a PEM text, in the form VCDA uses: `SHA-256:` and upper-case hex pairs joined by colons. " +
			"Other PEM blocks, such as keys, are skipped. It works offline. OpenTofu refuses it in the provider block of `vcda` itself.",
		Parameters: []function.Parameter{function.StringParameter{
			Name: "pem", MarkdownDescription: "PEM text with a certificate, such as `file(\"appliance.pem\")`.",
		}},
		Return: function.StringReturn{},
	}}
}

// NewNormalize is the function normalize_thumbprint.
func NewNormalize() function.Function {
	return textFunction{name: "normalize_thumbprint", convert: tlsutil.NormalizeThumbprint, definition: function.Definition{
		Summary: "SHA-256 thumbprint in the form VCDA uses",
		MarkdownDescription: "Brings a SHA-256 thumbprint into the form VCDA uses: `SHA-256:` and upper-case hex pairs joined by colons. " +
			"The input may lack the prefix or the colons, and be of any case. It works offline. OpenTofu refuses it in the provider block of `vcda` itself.",
		Parameters: []function.Parameter{function.StringParameter{
			Name: "text", MarkdownDescription: "A SHA-256 thumbprint, such as `openssl x509 -fingerprint -sha256` prints it after the equals sign.",
		}},
		Return: function.StringReturn{},
	}}
}

var errNoCertificate = errors.New("the text has no certificate in PEM form (-----BEGIN CERTIFICATE-----)")

// ofPEM never repeats the text, which may hold a private key.
func ofPEM(text string) (string, error) {
	for block, tail := pem.Decode([]byte(text)); block != nil; block, tail = pem.Decode(tail) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return "", fmt.Errorf("the first certificate of the text can't be read: %w", err)
		}
		return tlsutil.Thumbprint(certificate), nil
	}
	return "", errNoCertificate
}
