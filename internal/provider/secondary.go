package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/storware"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcenter"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
)

// secondary is another system than VCDA, with its own object in the provider block.
type secondary[L any] struct {
	object, prefix string // of its attributes and its variables
	system         string
	logins         []loginType[L]
}

var (
	vcenterSecondary  = secondary[vcenter.Login]{object: "vcenter", prefix: "VCDA_VCENTER_", system: "vCenter", logins: vcenterLogins}
	storwareSecondary = secondary[storware.Login]{object: "storware", prefix: "VCDA_STORWARE_", system: "Storware Backup & Recovery", logins: storwareLogins}
)

// login returns the path of the secondary system's login.
func (s secondary[L]) login() string { return s.object + ".login" }

// client is the client of a secondary system.
type client[C any] interface {
	*C
	Logout(context.Context) error
}

// configureSecondary prepares the client of a secondary system. It contacts no
// system. Only operations that need the client fail with an error of its settings.
func configureSecondary[L, C any, P client[C]](p *vcdaProvider, c *configuration, s secondary[L], agent string, create func(rest.Options, L) (P, error)) providerdata.System[C] {
	if _, state := c.lookup(s.object); state == unknown {
		return providerdata.Unknown[C](notYetKnown(s.object))
	}
	base := c.get(s.object + ".url")
	if base == "" && c.unknown == "" && !c.diags.HasError() {
		return providerdata.Absent[C](diag.NewErrorDiagnostic("Unable to use "+s.system,
			fmt.Sprintf("The provider block has no %s.url. Set it, or the environment variable %sURL, to the address of the server.", s.object, s.prefix)))
	}
	login := secondaryLogin(c, s)
	options := p.transport(c, s.object+".", base, agent)
	switch {
	case c.diags.HasError():
		return providerdata.Absent[C](withoutPaths(c.diags.Errors())...)
	case c.unknown != "":
		return providerdata.Unknown[C](notYetKnown(c.unknown))
	}
	created, err := create(options, login)
	if err != nil {
		return providerdata.Absent[C](diag.NewErrorDiagnostic("Invalid "+s.object+".ca_certificate", reason(err))) // the rest has been checked
	}
	p.cleanup.Add(created.Logout)
	return providerdata.Ready((*C)(created))
}

// secondaryLogin resolves the login of a secondary system. It is nil if none is
// configured, since some operations need no login.
func secondaryLogin[L any](c *configuration, s secondary[L]) (login L) {
	variable := s.prefix + "LOGIN"
	if _, state := c.lookup(s.login()); state == absent && c.env(variable) == "" {
		return login
	}
	login, _ = resolveLogin(c, s.login(), variable, s.logins)
	return login
}

// withoutPaths removes the attribute paths from diagnostics, which other blocks do
// not have.
func withoutPaths(diags diag.Diagnostics) diag.Diagnostics {
	var plain diag.Diagnostics
	for _, d := range diags {
		plain.AddError(d.Summary(), d.Detail())
	}
	return plain
}

func (p *vcdaProvider) configureVCenter(c *configuration, agent string) providerdata.System[vcenter.Client] {
	release := c.get("vcenter.release")
	return configureSecondary(p, c, vcenterSecondary, agent, func(layer rest.Options, login vcenter.Login) (*vcenter.Client, error) {
		return vcenter.New(vcenter.Options{Transport: layer, Login: login, Release: release})
	})
}

func (p *vcdaProvider) configureStorware(c *configuration, agent string) providerdata.System[storware.Client] {
	return configureSecondary(p, c, storwareSecondary, agent, func(layer rest.Options, login storware.Login) (*storware.Client, error) {
		return storware.New(storware.Options{Transport: layer, Login: login})
	})
}
