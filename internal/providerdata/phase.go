package providerdata

import "sync/atomic"

// Phase tells an apply from a plan.
type Phase struct{ refreshed atomic.Bool }

// Refreshes notes that a resource is refreshed, which no apply does.
func (p *Phase) Refreshes() {
	if p != nil { // the provider is configured
		p.refreshed.Store(true)
	}
}

// Applying tells whether what is read now may have waited for a change: Terraform
// says so by allowing deferral. OpenTofu doesn't: there a plan that has refreshed
// nothing passes for an apply.
func (p *Phase) Applying(deferralAllowed bool) bool {
	return deferralAllowed || !p.refreshed.Load()
}
