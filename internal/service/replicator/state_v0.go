package replicator

import (
	"cmp"
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// stateV0 is the state of the archived provider vmware/vcda, in all its releases.
type stateV0 struct {
	ID                      string `json:"id"`
	APIURL                  string `json:"api_url"`
	APIThumbprint           string `json:"api_thumbprint"`
	RootPassword            string `json:"root_password"`
	SSOUser                 string `json:"sso_user"`
	SSOPassword             string `json:"sso_password"`
	LookupServiceURL        string `json:"lookup_service_url"`
	LookupServiceThumbprint string `json:"lookup_service_thumbprint"`
	Owner                   string `json:"owner"`
	SiteName                string `json:"site_name"`
	Description             string `json:"description"`
	DataAddress             string `json:"data_address"`
	BuildVersion            string `json:"build_version"`
	IsInMaintenanceMode     *bool  `json:"is_in_maintenance_mode"`
}

// convert makes a state of this version.
func convert(_ context.Context, text []byte) (model, error) {
	var old stateV0
	err := json.Unmarshal(text, &old)
	m := blank()
	m.ID = base.StringOrNull(old.ID)
	m.APIURL = customtypes.URLType.ValueOrNull(old.APIURL)
	m.APIThumbprint = customtypes.ThumbprintType.ValueOrNull(old.APIThumbprint)
	m.RootPassword, m.SSOUser, m.SSOPassword = base.StringOrNull(old.RootPassword), base.StringOrNull(old.SSOUser), base.StringOrNull(old.SSOPassword)
	m.LookupServiceURL = customtypes.LookupServiceType.ValueOrNull(old.LookupServiceURL)
	m.LookupServiceThumbprint = customtypes.ThumbprintType.ValueOrNull(old.LookupServiceThumbprint)
	m.Owner = types.StringValue(cmp.Or(old.Owner, "*"))
	m.SiteName = base.StringOrNull(old.SiteName)
	m.Description = customtypes.DescriptionType.Value(old.Description)
	m.DataAddress, m.BuildVersion = base.StringOrNull(old.DataAddress), base.StringOrNull(old.BuildVersion)
	m.IsInMaintenanceMode = types.BoolPointerValue(old.IsInMaintenanceMode)
	return m, err
}

var legacy = base.Legacy[model]{Type: typeName, Convert: convert, ID: func(m model) types.String { return m.ID }}
