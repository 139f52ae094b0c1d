package pairing

import (
	"encoding/json"
	"strings"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// Peer identifies a site: by its key if it is known, else by its URL on the Manager
// service, where names are not unique, and by its name on the Cloud service.
type Peer struct {
	Service   vcda.Service
	Key       string
	Name, URL string
}

// matchesRow reports whether a row of the list is that of the peer.
func (p Peer) matchesRow(s vcda.Site) bool {
	switch {
	case p.Key != "":
		return sameName(s.Key(p.Service), p.Key)
	case p.Service == vcda.Cloud:
		return sameName(s.Site, p.Name)
	}
	return sameURL(s.Endpoint(), p.URL)
}

// withTaskKey returns the peer with the key of the site in the result of the task,
// if it has one.
func (p Peer) withTaskKey(task vcda.Task) Peer {
	if site, ok := resultOf(p.Service, task); ok && p.Key == "" {
		p.Key = site.Key(p.Service)
	}
	return p
}

// match returns whether a task is about the peer: by the site in its result, else
// by its resource, which may be empty before the task ends.
func (p Peer) match(t vcda.Task) lro.Match {
	if kind := t.Workflow.ResourceType; kind != "" && kind != "site" {
		return lro.No
	}
	if site, ok := resultOf(p.Service, t); ok {
		return p.matchResult(site)
	}
	id, name := p.matchName(t.Workflow.ResourceID, t), p.matchName(t.Workflow.ResourceName, t)
	decisive, other := lro.Yes, lro.No // on the Cloud service one name is the key
	if p.Service == vcda.Manager {
		decisive, other = lro.No, lro.Yes // only another URL excludes the peer
	}
	switch {
	case id == decisive || name == decisive:
		return decisive
	case id == other || name == other:
		return other
	}
	return lro.Maybe
}

// matchResult decides by the site in the result of a task.
func (p Peer) matchResult(site vcda.Site) lro.Match {
	switch {
	case p.Key == "" && p.Service == vcda.Manager && site.APIPublicURL == "":
		return lro.Maybe
	case p.matchesRow(site):
		return lro.Yes
	}
	return lro.No
}

// matchName decides by the ID or the name of the resource of a task.
func (p Peer) matchName(name string, t vcda.Task) lro.Match {
	isURL := strings.HasPrefix(name, "https://")
	switch {
	case name == "":
		return lro.Maybe
	case p.Key != "" && sameName(name, p.Key):
		return lro.Yes
	case p.Service == vcda.Manager && isURL:
		return yesOrNo(sameURL(name, p.URL))
	case p.Service == vcda.Manager, isURL, sameName(name, t.Site):
		return lro.Maybe // a name of the site, or the appliance's own
	}
	return yesOrNo(sameName(name, p.Name))
}

func yesOrNo(matches bool) lro.Match {
	if matches {
		return lro.Yes
	}
	return lro.No
}

// resultOf returns the site in the result of a task.
func resultOf(service vcda.Service, t vcda.Task) (site vcda.Site, ok bool) {
	ok = json.Unmarshal(t.Result, &site) == nil && site.Key(service) != ""
	return site, ok
}

// reflects reports whether the list shows the effect of another task: a pairing
// that it has made or removed.
func reflects(p Peer) func(*vcda.Site, vcda.Task) bool {
	return func(listed *vcda.Site, t vcda.Task) bool {
		if t.State != vcda.TaskSucceeded || p.match(t) != lro.Yes {
			return true
		}
		_, paired := resultOf(p.Service, t)
		return paired == (listed != nil)
	}
}

func isListed(s *vcda.Site) bool { return s != nil }

// hasEndpoint reports whether a row has the address and the thumbprint of the spec.
// A value that the row does not have counts as equal.
func hasEndpoint(s vcda.Site, spec Spec) bool {
	return (s.APIPublicURL == "" || sameURL(s.APIPublicURL, spec.URL)) &&
		(s.APIThumbprint == "" || sameThumbprint(s.APIThumbprint, spec.Thumbprint))
}

// showsRepair reports whether a row shows the effect of a re-pairing. The appliance
// may store the description in another form. An unchanged description means that
// the list is not up to date.
func showsRepair(s, before vcda.Site, spec Spec) bool {
	return hasEndpoint(s, spec) && (matches(s, spec) || s.Description != before.Description)
}

// matches reports whether a row has the values of the spec.
func matches(s vcda.Site, spec Spec) bool {
	return hasEndpoint(s, spec) && sameText(s.Description, spec.Description)
}

func sameText(a, b string) bool { return values.Description(a) == values.Description(b) }

func sameName(a, b string) bool { return values.SiteName(a) == values.SiteName(b) }

func sameURL(a, b string) bool { return same(values.URL, a, b) }

func sameThumbprint(a, b string) bool { return same(values.Thumbprint, a, b) }

// same reports whether two texts have the same normal form. A text without one
// equals only itself.
func same(normalize func(string) (string, error), a, b string) bool {
	left, err := normalize(a)
	if err != nil {
		return a == b
	}
	right, err := normalize(b)
	return err == nil && left == right
}
