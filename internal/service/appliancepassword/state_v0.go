package appliancepassword

import (
	"context"
	"encoding/json"
	"net"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// stateV0 is the state of the archived provider vmware/vcda, in all its releases. Its id, the time of the change, is
// not needed.
type stateV0 struct {
	ApplianceIP         string `json:"appliance_ip"`
	ServiceCert         string `json:"service_cert"` // base64 of the DER form
	CurrentPassword     string `json:"current_password"`
	NewPassword         string `json:"new_password"`
	RootPasswordExpired *bool  `json:"root_password_expired"`
}

// convert makes a state of this version.
func convert(_ context.Context, text []byte) (model, error) {
	var old stateV0
	err := json.Unmarshal(text, &old)
	m := model{
		Thumbprint: customtypes.ThumbprintType.ValueOrNull(values.EncodedThumbprint(old.ServiceCert)), Timeouts: base.NullTimeouts(),
		CurrentPassword: base.StringOrNull(old.CurrentPassword), NewPassword: base.StringOrNull(old.NewPassword),
		RootPasswordExpired: types.BoolPointerValue(old.RootPasswordExpired),
	}
	m.URL = customtypes.URLType.ValueOrNull(urlOf(old.ApplianceIP))
	m.ID = base.StringOrNull(customtypes.URLType.Normal(m.URL))
	return m, err
}

// urlOf returns the base URL of a host or address, "" for none.
func urlOf(host string) string {
	switch {
	case host == "":
		return ""
	case strings.Contains(host, "://"):
		return host
	case net.ParseIP(host) != nil && strings.Contains(host, ":"):
		return "https://[" + host + "]"
	}
	return "https://" + host
}

var legacy = base.Legacy[model]{Type: typeName, Convert: convert, Key: "url", ID: func(m model) types.String { return m.ID }}
