package providerdata_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

func TestConfigured(t *testing.T) {
	t.Parallel()
	if _, diags := providerdata.Configured(nil); diags.HasError() {
		t.Error(diags)
	}
	if _, diags := providerdata.Configured(providerdata.Data{}); diags.HasError() {
		t.Error(diags)
	}
	if _, diags := providerdata.Configured("something"); len(diags) != 1 || !strings.Contains(diags[0].Detail(), "is a string. This is a bug in the provider") {
		t.Error(diags)
	}
}

// An empty System has neither a client nor a reason. That is reported as a bug.
func TestSystem(t *testing.T) {
	t.Parallel()
	var empty providerdata.System[vcda.Client]
	if client, diags := empty.Client(); client != nil || len(diags) != 1 || !strings.Contains(diags[0].Detail(), "bug in the provider") {
		t.Error(client, diags)
	}
	ready := &vcda.Client{}
	if client, diags := providerdata.Ready(ready).Client(); client != ready || diags.HasError() {
		t.Error(client, diags)
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	if !base.StringOrNull("").IsNull() || base.StringOrNull("x") != types.StringValue("x") {
		t.Error("want null for an empty text only")
	}
}
