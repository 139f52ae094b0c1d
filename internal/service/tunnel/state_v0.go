package tunnel

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// stateV0 is the state of the archived provider vmware/vcda. Its release 1.0.0 used the URL as the ID.
type stateV0 struct {
	ID           string `json:"id"`
	URL          string `json:"url"`
	Certificate  string `json:"certificate"`
	RootPassword string `json:"root_password"`
}

// convert makes a state of this version.
func convert(_ context.Context, text []byte) (model, error) {
	var old stateV0
	err := json.Unmarshal(text, &old)
	m := blank()
	m.ID = base.StringOrNull(old.ID)
	m.URL = customtypes.URLType.ValueOrNull(old.URL)
	m.Certificate = customtypes.CertificateType.ValueOrNull(old.Certificate)
	m.RootPassword = base.StringOrNull(old.RootPassword)
	return m, err
}

var legacy = base.Legacy[model]{Type: typeName, Convert: convert, ID: identity}

// identity returns the UUID. A URL is replaced by the UUID in the first refresh.
func identity(m model) types.String {
	if isURL(m.ID.ValueString()) {
		return types.StringNull()
	}
	return m.ID
}
