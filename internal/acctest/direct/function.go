package direct

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Call calls a function with one string, and returns the text of its error, "" without an
// error.
func (p *Provider) Call(t *testing.T, name, argument string) string {
	t.Helper()
	value, err := tfprotov6.NewDynamicValue(tftypes.String, tftypes.NewValue(tftypes.String, argument))
	must(t, err)
	resp, err := p.server.CallFunction(t.Context(), &tfprotov6.CallFunctionRequest{Name: name, Arguments: []*tfprotov6.DynamicValue{&value}})
	must(t, err)
	if resp.Error == nil {
		return ""
	}
	return resp.Error.Text
}
