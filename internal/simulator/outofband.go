package simulator

import "fmt"

// SiteRecord is one peer as an appliance sees it. The errors hold codes.
type SiteRecord struct {
	ID            string // on the Manager service; the key of its path
	Site          string // the key on the Cloud service
	Description   string
	APIURL        string
	APIPublicURL  string
	APIThumbprint string
	IncomingError string
	OutgoingError string
}

// Sites returns the paired peers, without the local site.
func (a *Appliance) Sites() []SiteRecord {
	var out []SiteRecord
	a.fixture.do(func() {
		for _, record := range a.sites {
			out = append(out, a.siteRecord(record))
		}
	})
	return out
}

func (a *Appliance) siteRecord(record *siteRecord) SiteRecord {
	out := SiteRecord{
		Site: record.site, Description: record.description,
		APIURL: record.internalURL, APIPublicURL: record.publicURL, APIThumbprint: record.thumbprint,
	}
	if a.service == Manager {
		out.ID = record.id
	}
	link := a.link(record)
	if link.IncomingCommError != nil {
		out.IncomingError = link.IncomingCommError.Code
	}
	if link.OutgoingCommError != nil {
		out.OutgoingError = link.OutgoingCommError.Code
	}
	return out
}

// Pair pairs a peer at once, on this side only, and returns the key of its
// path: an id on the Manager service, a site name on the Cloud service.
func (a *Appliance) Pair(peer string) string {
	var key string
	a.fixture.do(func() {
		other := a.fixture.appliances[peer]
		if other == nil || a.recordOf(other) != nil {
			panic(fmt.Sprintf("simulator: site %s is unknown or paired already", peer))
		}
		record := &siteRecord{id: a.pairingID(other.PublicURL()), thumbprint: other.thumbprint}
		record.setPublicURL(other.PublicURL())
		a.attach(record, other)
		key = a.key(record)
	})
	return key
}

// Unpair removes a peer at once, on this side only, with its replications.
func (a *Appliance) Unpair(peer string) {
	a.change(peer, a.remove)
}

// SetDescription changes this side's description of a peer.
func (a *Appliance) SetDescription(peer, description string) {
	a.change(peer, func(r *siteRecord) { r.description = description })
}

// SetPublicURL changes the address under which this side reaches a peer.
func (a *Appliance) SetPublicURL(peer, url string) {
	a.change(peer, func(r *siteRecord) { r.setPublicURL(url) })
}

// SetThumbprint changes the thumbprint that this side expects of a peer's certificate.
func (a *Appliance) SetThumbprint(peer, thumbprint string) {
	a.change(peer, func(r *siteRecord) { r.thumbprint = thumbprint })
}

// Rename changes the name of a peer in this side's table. On the Cloud service
// that is its key.
func (a *Appliance) Rename(peer, name string) {
	a.change(peer, func(r *siteRecord) { r.site = name })
}

// AddReplications adds replications with a peer, which keep it from being unpaired; a negative n removes them.
func (a *Appliance) AddReplications(peer string, n int) {
	a.change(peer, func(r *siteRecord) { r.replications += n })
}

// change edits the row of a peer. It panics if there is no such peer.
func (a *Appliance) change(peer string, edit func(*siteRecord)) {
	a.fixture.do(func() {
		for _, record := range a.sites {
			if record.site == peer {
				edit(record)
				return
			}
		}
		panic(fmt.Sprintf("simulator: site %s has no peer %s", a.site, peer))
	})
}
