package replication

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
)

// Policy is the replication policy of an organization.
type Policy struct{ Organization, Name string }

// Policy reads the replication policy for a new replication to a destination with
// an owner (ORG@SITE). It is nil if it can't be read: only a provider user may read
// it, at the appliance's own site.
func (s *Site) Policy(ctx context.Context, to Destination, owner string) *Policy {
	if to.VDC == "" || s.kind.Service() != vcda.Cloud || s.client.Site() != "" {
		return nil
	}
	org := s.organization(ctx, to, owner)
	policies, err := s.client.Policies(ctx)
	if err != nil || org == "" {
		return nil
	}
	for _, p := range policies {
		if orgs, err := s.client.PolicyOrgs(ctx, p.ID); err == nil && slices.Contains(orgs, org) {
			return &Policy{Organization: org, Name: p.DisplayName}
		}
	}
	return nil
}

// organization returns the organization of the VDC from another replication to it,
// the owner, or the inventory, or "".
func (s *Site) organization(ctx context.Context, to Destination, owner string) string {
	listed, err := s.client.SharedReplications(ctx, s.kind)
	if at := slices.IndexFunc(listed, func(r vcda.Replication) bool { return r.Destination.VDCID == to.VDC && r.Destination.Org != "" }); err == nil && at >= 0 {
		return listed[at].Destination.Org
	}
	if org, site, _ := strings.Cut(owner, "@"); site == to.Site && org != "System" {
		return org
	}
	vdcs, err := s.client.Inventory(ctx, vcda.InventoryVDCs, "")
	at := slices.IndexFunc(vdcs, func(i vcda.InventoryItem) bool { return i.ID == to.VDC })
	if err != nil || at < 0 {
		return ""
	}
	var guess struct { // these fields are not documented
		Org     string `json:"org"`
		OrgName string `json:"orgName"`
	}
	if json.Unmarshal(vdcs[at].Raw, &guess) != nil {
		return ""
	}
	return cmp.Or(guess.Org, guess.OrgName)
}
