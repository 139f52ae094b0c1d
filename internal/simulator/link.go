package simulator

// linkState is the state of a site: null, or an ApiError per direction.
type linkState struct {
	IncomingCommError *apiError `json:"incomingCommError"`
	OutgoingCommError *apiError `json:"outgoingCommError"`
}

// link derives the state of a link from the tables of both sides. An incoming error here is an outgoing error of the
// peer.
func (a *Appliance) link(record *siteRecord) linkState {
	state := linkState{OutgoingCommError: a.outgoing(record)}
	peer := a.fixture.peerOf(record)
	if peer == nil {
		state.IncomingCommError = state.OutgoingCommError
	} else if back := peer.recordOf(a); back != nil {
		state.IncomingCommError = peer.outgoing(back)
	} else {
		state.IncomingCommError = newAPIError("PeerSiteNotPaired", "Site %s is not paired with this site.", record.site)
	}
	return state
}

// outgoing returns the error of the appliance's calls to a peer, nil if there is none.
func (a *Appliance) outgoing(record *siteRecord) *apiError {
	peer := a.fixture.peerOf(record)
	if peer == nil {
		return newAPIError("SiteUnreachable", "No site answers at %s.", record.publicURL)
	}
	if record.thumbprint != peer.thumbprint {
		return newAPIError("CertificateMismatch", "Certificate differs from the expected one.")
	}
	return nil
}
