package sitepairing

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// pairSite is the state of vcda_pair_site of the archived provider vmware/vcda, in its only schema version. Its id,
// which is a task's, and service_cert are not needed.
type pairSite struct {
	APIURL               string `json:"api_url"`
	APIThumbprint        string `json:"api_thumbprint"`
	Description          string `json:"pairing_description"`
	Site                 string `json:"site"`      // as configured, on the Cloud service
	SiteName             string `json:"site_name"` // as read
	SiteID               string `json:"site_id"`   // on the Manager service
	APIPublicURL         string `json:"api_public_url"`
	APIVersion           string `json:"api_version"`
	BuildVersion         string `json:"build_version"`
	IsProviderDeployment *bool  `json:"is_provider_deployment"`

	Timeouts struct {
		Create *string `json:"create"`
		Update *string `json:"update"`
		Delete *string `json:"delete"`
	} `json:"timeouts"`
}

const (
	pairSiteType    = "vcda_pair_site"
	pairSiteVersion = 0
)

// MoveState moves pairings of the archived provider, also if the provider was replaced in the state before. It sends
// no request.
func (r *sitePairing) MoveState(context.Context) []resource.StateMover {
	return []resource.StateMover{{StateMover: movePairSite}}
}

func movePairSite(ctx context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
	if req.SourceTypeName != pairSiteType || !fromVCDA(req.SourceProviderAddress) {
		return // not a state of the archived provider
	}
	const action = "move the state of " + pairSiteType
	const advice = " Remove it from the state (terraform state rm), and import the pairing."
	var old pairSite
	switch err := json.Unmarshal(req.SourceRawState.JSON, &old); {
	case req.SourceSchemaVersion != pairSiteVersion:
		resp.Diagnostics.AddError("Unable to "+action, fmt.Sprintf("No release of vmware/vcda is known that wrote version %d of its schema."+advice, req.SourceSchemaVersion))
	case err != nil:
		resp.Diagnostics.AddError("Unable to "+action, "It has another form than the one that releases of vmware/vcda wrote."+advice)
	case old.key() == "":
		resp.Diagnostics.AddError("Unable to "+action, "It holds neither site_id nor site_name nor site: its create did not finish."+advice)
	default:
		m := old.model(ctx)
		resp.Diagnostics.Append(identify(ctx, resp.TargetIdentity, m.ID)...)
		resp.Diagnostics.Append(resp.TargetState.Set(ctx, m)...)
	}
}

// fromVCDA reports whether a provider is the archived one or this one, from any registry.
func fromVCDA(address string) bool {
	return strings.HasSuffix(address, "/vmware/vcda") || strings.HasSuffix(address, "/vcda-dr/vcda")
}

// key returns the key of the site on the Manager service, if there is one, or else on the Cloud service.
func (s pairSite) key() string { return cmp.Or(s.SiteID, s.SiteName, s.Site) }

func (s pairSite) model(ctx context.Context) model {
	m := blank()
	m.ID = types.StringValue(s.key())
	m.Site = base.StringOrNull(cmp.Or(s.SiteName, s.Site))
	m.APIURL = customtypes.URLType.Value(s.APIURL)
	m.APIThumbprint = customtypes.ThumbprintType.Value(s.APIThumbprint)
	m.Description = customtypes.DescriptionType.Value(s.Description)
	m.defaults()
	m.APIPublicURL = base.StringOrNull(s.APIPublicURL)
	m.APIVersion = base.StringOrNull(s.APIVersion)
	m.BuildVersion = base.StringOrNull(s.BuildVersion)
	if s.SiteID != "" { // the old provider wrote false if the value is not known
		m.IsProviderDeployment = types.BoolPointerValue(s.IsProviderDeployment)
	}
	if t := s.Timeouts; t.Create != nil || t.Update != nil || t.Delete != nil {
		m.Timeouts = timeouts.Value{Object: types.ObjectValueMust(m.Timeouts.AttributeTypes(ctx), map[string]attr.Value{
			"create": types.StringPointerValue(t.Create), "read": types.StringNull(),
			"update": types.StringPointerValue(t.Update), "delete": types.StringPointerValue(t.Delete),
		})}
	}
	return m
}
