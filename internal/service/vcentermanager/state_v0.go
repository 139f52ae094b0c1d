package vcentermanager

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base/manager"
)

// stateV0 is the state of the archived provider vmware/vcda, in all its releases.
type stateV0 struct {
	manager.StateV0
	SSOUser             string `json:"sso_user"`
	SSOPassword         string `json:"sso_password"`
	VSpherePluginStatus string `json:"vsphere_plugin_status"`
}

// convert makes a state of this version. The archived provider always registered the plug-in, so it counts as
// registered.
func convert(_ context.Context, text []byte) (model, error) {
	var old stateV0
	err := json.Unmarshal(text, &old)
	return model{
		Common:  old.Common(),
		SSOUser: base.StringOrNull(old.SSOUser), SSOPassword: base.StringOrNull(old.SSOPassword),
		VSpherePlugin: types.BoolValue(true), VSpherePluginStatus: base.StringOrNull(old.VSpherePluginStatus),
	}, err
}

var legacy = base.Legacy[model]{Type: manager.VCenterType, Convert: convert, ID: func(m model) types.String { return m.ID }}
