package manager

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// StateV0 holds the fields that both types have in the states of the archived provider vmware/vcda, in all its
// releases.
type StateV0 struct {
	ID                      string `json:"id"`
	SiteName                string `json:"site_name"`
	LicenseKey              string `json:"license_key"`
	LookupServiceURL        string `json:"lookup_service_url"`
	LookupServiceThumbprint string `json:"lookup_service_thumbprint"`
	IsLicensed              *bool  `json:"is_licensed"`
	ExpirationDate          int64  `json:"expiration_date"`
	TunnelURL               string `json:"tunnel_url"`
	TunnelCertificate       string `json:"tunnel_certificate"`
}

// Common returns the attributes of this version.
func (old StateV0) Common() Common {
	return Common{
		ID: base.StringOrNull(old.ID), SiteName: base.StringOrNull(old.SiteName), LicenseKey: base.StringOrNull(old.LicenseKey),
		LookupServiceURL:        customtypes.LookupServiceType.ValueOrNull(old.LookupServiceURL),
		LookupServiceThumbprint: customtypes.ThumbprintType.ValueOrNull(old.LookupServiceThumbprint),
		ReapplyTriggers:         types.MapNull(types.StringType),
		Timeouts:                base.NullTimeouts(),
		IsLicensed:              types.BoolPointerValue(old.IsLicensed), LicenseExpiresAt: base.TimeOrNull(old.ExpirationDate),
		TunnelURL: base.StringOrNull(old.TunnelURL), TunnelCertificate: base.StringOrNull(old.TunnelCertificate),
	}
}
