package sessionextension

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// model is an extension in state and configuration.
type model struct {
	Site  types.String `tfsdk:"site"`
	ID    types.String `tfsdk:"id"`
	Org   types.String `tfsdk:"org"`
	User  types.String `tfsdk:"user"`
	Roles types.Set    `tfsdk:"roles"`
	MethodObjects
}

// setDetails sets the attributes that the appliance reports.
func (m *model) setDetails(ctx context.Context, details vcda.SessionDetails) diag.Diagnostics {
	m.ID = m.Site
	m.User = types.StringValue(details.User)
	if at, ok := details.At(m.Site.ValueString()); ok {
		m.Org = base.StringOrNull(at.Org)
	}
	roles, diags := types.SetValueFrom(ctx, types.StringType, append([]string{}, details.Roles...))
	m.Roles = roles
	return diags
}

// isExtended reports whether the session extends to the site.
func (m model) isExtended(details vcda.SessionDetails) bool {
	_, extended := details.At(m.Site.ValueString())
	return extended
}

// hasMethod reports whether all values of the method are known.
func (m model) hasMethod() bool {
	_, method := m.Method()
	return method != nil
}

func (m model) extension() vcda.Extension {
	_, method := m.Method()
	return vcda.Extension{Site: m.Site.ValueString(), Method: method}
}

// extend extends the session and reserves the extension for an owner.
func (m model) extend(ctx context.Context, client *vcda.Client, owner string) (vcda.SessionDetails, error) {
	return client.Extend(ctx, m.extension(), owner)
}

func (m model) action() string { return "extend the session to the site " + m.Site.ValueString() }

// unable is the error of an extension, at the attribute that caused it.
func (m model) unable(ctx context.Context, err error) diag.Diagnostic {
	name, _ := m.Method()
	if isUnknownSite(err) || errors.Is(err, vcda.ErrCloudOnly) {
		name = "site"
	}
	return diagnostics.UnableAt(ctx, path.Root(name), m.action(), err)
}

// isUnknownSite reports whether the appliance is not paired with the site.
func isUnknownSite(err error) bool {
	var failed *vcda.ExtensionError
	return errors.As(err, &failed) && failed.IsUnknownSite()
}

// isRefused reports whether the remote site refused the secret.
func isRefused(err error) bool {
	var failed *vcda.ExtensionError
	return errors.As(err, &failed) && failed.Refused
}

// isUnreachable reports whether the appliance was not able to reach the remote site, which may be transient.
func isUnreachable(err error) bool {
	var failed *vcda.ExtensionError
	return errors.As(err, &failed) && !vcda.IsNotSent(failed.Err) && vcda.IsTransient(failed.Err)
}
