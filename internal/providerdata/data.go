// Package providerdata holds the data that the provider configuration passes to every
// resource, data source and action: the clients, the clock, and the shared records of
// a run.
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

// Data is the result of the provider configuration.
type Data struct {
	VCDA     System[vcda.Client]
	Manager  System[vcda.Client] // the Manager of a Cloud service
	VCenter  System[vcenter.Client]
	Storware System[storware.Client]
	Clock    clock.Clock

	// Owners and Pairings are shared by the resources of the run.
	Owners   *ownership.Ledger
	Pairings *pairing.Run

	Appliances       Appliances
	Reservations     *Reservations
	PreviousPassword *PreviousPassword

	// Preflight is nil if checks at plan time are turned off.
	Preflight *Preflight
}

// Appliances is for resources with their own appliance address.
type Appliances struct {
	// Own is the base URL of the provider's appliance and its trust settings. URL
	// is "" if the block has none or does not know it yet.
	Own struct {
		URL     string
		Unknown bool // known after apply only
		Trust   tlsutil.Trust
	}

	// Connect returns a client of another appliance. Its other settings are those of
	// the provider block. The caller logs it out.
	Connect func(base *url.URL, trust tlsutil.Trust, login vcda.Login) (*vcda.Client, error)
}

// System is the client of one system, or the reason why there is none.
type System[C any] struct {
	client  *C
	absent  diag.Diagnostics
	unknown bool
}

// Ready returns a configured system.
func Ready[C any](client *C) System[C] { return System[C]{client: client} }

// Absent returns a system without a client, because its configuration is missing or
// invalid.
func Absent[C any](why ...diag.Diagnostic) System[C] { return System[C]{absent: why} }

// Unknown returns a system whose configuration is not known during the plan.
func Unknown[C any](why diag.Diagnostic) System[C] {
	return System[C]{absent: diag.Diagnostics{why}, unknown: true}
}

// Client returns the client, or the diagnostics why there is none.
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

// ClientForPlan is Client for a plan. If the configuration is unknown, it returns
// neither a client nor diagnostics.
func (s System[C]) ClientForPlan() (*C, diag.Diagnostics) {
	if s.unknown {
		return nil, nil
	}
	return s.Client()
}

// Configured returns the Data that the framework passes to a Configure method. It
// is empty before the provider is configured.
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
