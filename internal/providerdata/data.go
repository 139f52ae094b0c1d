// Package providerdata is what the provider block makes for every resource, data
// source and action: the clients, the clock and what the objects of a run share.
package providerdata

import (
	"fmt"
	"net/url"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/storware"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcenter"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
	"github.com/vcda-dr/terraform-provider-vcda/internal/ownership"
	"github.com/vcda-dr/terraform-provider-vcda/internal/pairing"
)

// Data is what provider configuration hands to every service.
type Data struct {
	VCDA     System[vcda.Client]
	Manager  System[vcda.Client] // the Manager beside a Cloud service
	VCenter  System[vcenter.Client]
	Storware System[storware.Client]
	Clock    clock.Clock

	// Owners is what the resources of this run share about who holds what, and
	// Pairings what else they share about pairings.
	Owners   *ownership.Ledger
	Pairings *pairing.Run

	Appliances       Appliances
	Reservations     *Reservations
	PreviousPassword *PreviousPassword

	// Preflight is nil where checks at plan time are turned off.
	Preflight *Preflight
}

// Appliances are the appliances that resources name by themselves.
type Appliances struct {
	// Own is the base URL of the provider's own appliance, and the trust in it. URL is
	// "" where the block has none, or does not know it yet.
	Own struct {
		URL     string
		Unknown bool // only known after apply
		Trust   tlsutil.Trust
	}

	// Connect makes a client of any appliance, with the settings of the provider block
	// but for those given. The caller logs it out.
	Connect func(base *url.URL, trust tlsutil.Trust, login vcda.Login) (*vcda.Client, error)
}

// System is the client of one system, or the reason why there is none.
type System[C any] struct {
	client  *C
	absent  diag.Diagnostics
	unknown bool
}

// Ready is a configured system.
func Ready[C any](client *C) System[C] { return System[C]{client: client} }

// Absent is a system that the configuration leaves out or gets wrong.
func Absent[C any](why ...diag.Diagnostic) System[C] { return System[C]{absent: why} }

// Unknown is a system whose configuration is not known while Terraform plans.
func Unknown[C any](why diag.Diagnostic) System[C] {
	return System[C]{absent: diag.Diagnostics{why}, unknown: true}
}

// Client returns the client, or the diagnostics that say what is missing.
func (s System[C]) Client() (*C, diag.Diagnostics) {
	switch {
	case s.client != nil:
		return s.client, nil
	case s.absent != nil:
		return nil, s.absent
	}
	return nil, diag.Diagnostics{diag.NewErrorDiagnostic("Unable to use the provider",
		"Nothing has configured the provider before this operation. This is a bug in the provider; please report it.")}
}

// ClientForPlan is Client for a plan: as long as the configuration is unknown it
// returns neither a client nor diagnostics.
func (s System[C]) ClientForPlan() (*C, diag.Diagnostics) {
	if s.unknown {
		return nil, nil
	}
	return s.Client()
}

// Configured turns what the framework hands to a Configure method into Data. It
// is empty, without a problem, as long as the provider isn't configured.
func Configured(providerData any) (Data, diag.Diagnostics) {
	switch data := providerData.(type) {
	case nil:
		return Data{}, nil
	case Data:
		return data, nil
	}
	return Data{}, diag.Diagnostics{diag.NewErrorDiagnostic("Unable to use the provider",
		fmt.Sprintf("The provider data is a %T. This is a bug in the provider; please report it.", providerData))}
}
