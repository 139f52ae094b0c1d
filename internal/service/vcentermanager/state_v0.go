package vcentermanager

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base/manager"
)

// stateV0 is the state of the archived provider vmware/vcda, in all its releases.
type stateV0 struct {
	ID                      string `json:"id"`
	SiteName                string `json:"site_name"`
	LicenseKey              string `json:"license_key"`
	LookupServiceURL        string `json:"lookup_service_url"`
	LookupServiceThumbprint string `json:"lookup_service_thumbprint"`
	SSOUser                 string `json:"sso_user"`
	SSOPassword             string `json:"sso_password"`
	IsLicensed              *bool  `json:"is_licensed"`
	ExpirationDate          int64  `json:"expiration_date"`
	TunnelURL               string `json:"tunnel_url"`
	TunnelCertificate       string `json:"tunnel_certificate"`
	VSpherePluginStatus     string `json:"vsphere_plugin_status"`
}

// convert makes a state of this version. The plug-in, which the archived provider
// always registered, counts as registered.
func convert(ctx context.Context, text []byte) (model, error) {
	var old stateV0
	err := json.Unmarshal(text, &old)
	m := model{
		Common: manager.Common{
			ID: base.StringOrNull(old.ID), SiteName: base.StringOrNull(old.SiteName), LicenseKey: base.StringOrNull(old.LicenseKey),
			LookupServiceURL:        customtypes.LookupServiceType.ValueOrNull(old.LookupServiceURL),
			LookupServiceThumbprint: customtypes.ThumbprintType.ValueOrNull(old.LookupServiceThumbprint),
			ReapplyTriggers:         types.MapNull(types.StringType),
			Timeouts:                base.NullTimeouts(),
			IsLicensed:              types.BoolPointerValue(old.IsLicensed), LicenseExpiresAt: base.TimeOrNull(old.ExpirationDate),
			TunnelURL: base.StringOrNull(old.TunnelURL), TunnelCertificate: base.StringOrNull(old.TunnelCertificate),
		},
		SSOUser: base.StringOrNull(old.SSOUser), SSOPassword: base.StringOrNull(old.SSOPassword),
		VSpherePlugin: types.BoolValue(true), VSpherePluginStatus: base.StringOrNull(old.VSpherePluginStatus),
	}
	return m, err
}

var legacy = base.Legacy[model]{Type: manager.VCenterType, Convert: convert, ID: func(m model) types.String { return m.ID }}

// UpgradeState reads states of the archived provider, whose type has the same name.
func (r *managerResource) UpgradeState(context.Context) map[int64]resource.StateUpgrader {
	return legacy.Upgraders()
}

// MoveState does the same for a resource that gets another name with a moved block.
func (r *managerResource) MoveState(context.Context) []resource.StateMover { return legacy.Movers() }
