package base

import (
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/storware"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcenter"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
)

// System is what an object needs of a system behind the provider: the client, or diagnostics if it is not configured,
// and the texts of its errors.
type System[C any] struct {
	configured providerdata.System[C]
	errors     diagnostics.System
}

// VCDA is the system of objects of the appliance.
func VCDA(d providerdata.Data) System[vcda.Client] {
	return System[vcda.Client]{d.VCDA, diagnostics.VCDA}
}

// VCenter is the system of objects of the vCenter.
func VCenter(d providerdata.Data) System[vcenter.Client] {
	return System[vcenter.Client]{d.VCenter, diagnostics.VCenter}
}

// Storware is the system of objects of the Storware server.
func Storware(d providerdata.Data) System[storware.Client] {
	return System[storware.Client]{d.Storware, diagnostics.Storware}
}
