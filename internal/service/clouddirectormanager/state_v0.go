package clouddirectormanager

import (
	"cmp"
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base/manager"
)

// stateV0 is the state of the archived provider vmware/vcda, in all its releases.
type stateV0 struct {
	manager.StateV0
	SiteDescription       string `json:"site_description"`
	PublicEndpointAddress string `json:"public_endpoint_address"`
	PublicEndpointPort    int64  `json:"public_endpoint_port"`
	VCDURL                string `json:"vcd_url"`
	VCDUsername           string `json:"vcd_username"`
	VCDPassword           string `json:"vcd_password"`
	VCDThumbprint         string `json:"vcd_thumbprint"`
	IsCombined            *bool  `json:"is_combined"`

	Timeouts struct {
		Create *string `json:"create"`
	} `json:"timeouts"`
}

// convert makes a state of this version. The archived provider did not set the lookup service of the Manager, so it
// counts as set.
func convert(ctx context.Context, text []byte) (model, error) {
	var old stateV0
	err := json.Unmarshal(text, &old)
	m := model{
		Common:                old.Common(),
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
