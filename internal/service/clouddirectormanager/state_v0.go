package clouddirectormanager

import (
	"cmp"
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
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
	SiteDescription         string `json:"site_description"`
	LicenseKey              string `json:"license_key"`
	PublicEndpointAddress   string `json:"public_endpoint_address"`
	PublicEndpointPort      int64  `json:"public_endpoint_port"`
	VCDURL                  string `json:"vcd_url"`
	VCDUsername             string `json:"vcd_username"`
	VCDPassword             string `json:"vcd_password"`
	VCDThumbprint           string `json:"vcd_thumbprint"`
	LookupServiceURL        string `json:"lookup_service_url"`
	LookupServiceThumbprint string `json:"lookup_service_thumbprint"`
	IsLicensed              *bool  `json:"is_licensed"`
	ExpirationDate          int64  `json:"expiration_date"`
	TunnelURL               string `json:"tunnel_url"`
	TunnelCertificate       string `json:"tunnel_certificate"`
	IsCombined              *bool  `json:"is_combined"`

	Timeouts struct {
		Create *string `json:"create"`
	} `json:"timeouts"`
}

// convert makes a state of this version. The lookup service of the Manager counts as
// set: the archived provider left it alone.
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
		SiteDescription:       customtypes.DescriptionType.Value(old.SiteDescription),
		PublicEndpointAddress: base.StringOrNull(old.PublicEndpointAddress), PublicEndpointPort: types.Int64Value(cmp.Or(old.PublicEndpointPort, defaultPort)),
		VCDURL: customtypes.DirectorType.ValueOrNull(old.VCDURL), VCDUsername: base.StringOrNull(old.VCDUsername), VCDPassword: base.StringOrNull(old.VCDPassword),
		VCDThumbprint:        customtypes.ThumbprintType.ValueOrNull(old.VCDThumbprint),
		ManagerLookupService: types.BoolValue(true),
		Endpoints:            types.ObjectNull(endpointTypes()), IsCombined: types.BoolPointerValue(old.IsCombined),
	}
	if old.Timeouts.Create != nil {
		m.Timeouts = timeouts.Value{Object: types.ObjectValueMust(m.Timeouts.AttributeTypes(ctx), map[string]attr.Value{
			"create": types.StringPointerValue(old.Timeouts.Create), "read": types.StringNull(), "update": types.StringNull(), "delete": types.StringNull(),
		})}
	}
	return m, err
}

var legacy = base.Legacy[model]{Type: manager.DirectorType, Convert: convert, ID: func(m model) types.String { return m.ID }}

// UpgradeState reads states of the archived provider, whose type has the same name.
func (r *managerResource) UpgradeState(context.Context) map[int64]resource.StateUpgrader {
	return legacy.Upgraders()
}

// MoveState does the same for a resource that gets another name with a moved block.
func (r *managerResource) MoveState(context.Context) []resource.StateMover { return legacy.Movers() }
