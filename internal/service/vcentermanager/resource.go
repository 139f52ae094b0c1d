// Package vcentermanager implements vcda_vcenter_replication_manager, the set-up of a
// vCenter Replication Management Appliance.
package vcentermanager

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base/manager"
	"github.com/vcda-dr/terraform-provider-vcda/internal/setup"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// configuredWithin limits the wait until the appliance reports that it is configured. It is not documented whether it
// needs a replicator first.
const configuredWithin = 2 * time.Minute

var ssoPassword = base.Secret{Name: "sso_password", Doc: "Password of the SSO user. A change sends the lookup service again with it."}

// attributes has the attribute of the error of each step.
var attributes = map[setup.Step]string{
	setup.License: "license_key", setup.Site: "site_name", setup.LookupService: "lookup_service_url",
	setup.Plugin: "vsphere_plugin", setup.PluginRemoval: "vsphere_plugin",
}

type managerResource struct {
	manager.Resource[model, *model]
	base.Legacy[model]
}

var (
	_ resource.ResourceWithConfigure    = &managerResource{}
	_ resource.ResourceWithImportState  = &managerResource{}
	_ resource.ResourceWithModifyPlan   = &managerResource{}
	_ resource.ResourceWithIdentity     = &managerResource{}
	_ resource.ResourceWithUpgradeState = &managerResource{}
	_ resource.ResourceWithMoveState    = &managerResource{}
)

// NewResource returns the resource vcda_vcenter_replication_manager.
func NewResource() resource.Resource {
	return &managerResource{manager.Resource[model, *model]{Kind: manager.Kind{Type: manager.VCenterType, Service: vcda.Manager, Password: ssoPassword, Attributes: attributes}}, legacy}
}

func (r *managerResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	all := map[string]schema.Attribute{
		"sso_user": schema.StringAttribute{
			Required: true, Validators: []validator.String{base.ValidBy(values.Credential)},
			MarkdownDescription: "Administrator of the SSO domain, such as `administrator@vsphere.local`. The Manager keeps the credentials.",
		},
		"vsphere_plugin": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(true),
			MarkdownDescription: "Whether the plug-in is registered in the vSphere Client. `true` by default; `false` unregisters one that is there. A destroy unregisters it.",
		},
		"vsphere_plugin_status": schema.StringAttribute{Computed: true, MarkdownDescription: "Answer to the last registration of the plug-in, such as `OK`. Null if it is off, or was registered outside Terraform."},
		"reapply_triggers": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Any values. A change of one sends the lookup service and the plug-in again, as is needed after a new certificate of the appliance or of the vCenter.",
		},
	}
	manager.AddAttributes(ctx, all)
	ssoPassword.AddTo(all)
	resp.Schema = schema.Schema{
		Version: 1,
		MarkdownDescription: "Sets up a vCenter Replication Management Appliance: license, site name, lookup service, and the plug-in of the vSphere Client. " +
			"Change the root password first, with `vcda_appliance_password`.\n\n" +
			"The site name is set once and can't be changed later. If it can, the appliance first checks the certificate of the lookup service. It refuses a wrong SSO password only after the name is set; correct the password, and the next apply continues.\n\n" +
			"A destroy unregisters the plug-in. Site name, license and lookup service stay.",
		Attributes: all,
	}
}

// Delete unregisters the plug-in, if the appliance is still that of the state. The rest stays.
func (r *managerResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	limit, diags := m.Timeouts.Delete(ctx, manager.DeleteTimeout)
	resp.Diagnostics.Append(diags...)
	client, diags := r.VCDA.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	if err := m.unregisterPlugin(ctx, client); err != nil {
		resp.Diagnostics.Append(diagnostics.Unable(ctx, "unregister the plug-in of the vSphere Client", err))
		return
	}
	r.Release(client)
	resp.Diagnostics.Append(manager.Stays(m.Stays(client)))
}

func (m *model) unregisterPlugin(ctx context.Context, client *vcda.Client) error {
	config, err := client.Config(ctx) // also determines the API version
	if err != nil || config.ID != m.ID.ValueString() || !m.removesPlugin(client) {
		return err
	}
	return client.UnregisterPlugin(ctx, vcda.SSOAdmin{User: m.SSOUser.ValueString(), Password: m.SSOPassword.ValueString()})
}
