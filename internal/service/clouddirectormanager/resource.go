// Package clouddirectormanager implements vcda_cloud_director_replication_manager, the
// set-up of a Cloud Director Replication Management Appliance.
package clouddirectormanager

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base/manager"
	"github.com/vcda-dr/terraform-provider-vcda/internal/setup"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

const defaultPort = 443

var vcdPassword = base.Secret{Name: "vcd_password", Doc: "Password of the Cloud Director user. A change connects to Cloud Director again with it."}

// attributes has the attribute of the error of each step.
var attributes = map[setup.Step]string{
	setup.License: "license_key", setup.Site: "site_name", setup.PublicEndpoint: "public_endpoint_address", setup.Director: "vcd_url",
	setup.LookupService: "lookup_service_url", setup.ManagerLookupService: "manager_lookup_service",
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

// NewResource returns the resource vcda_cloud_director_replication_manager.
func NewResource() resource.Resource {
	return &managerResource{manager.Resource[model, *model]{Kind: manager.Kind{Type: manager.DirectorType, Service: vcda.Cloud, Password: vcdPassword, Attributes: attributes}}, legacy}
}

func (r *managerResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	all := map[string]schema.Attribute{
		"site_description": schema.StringAttribute{
			CustomType: customtypes.DescriptionType, Optional: true, Computed: true, Default: stringdefault.StaticString(""),
			MarkdownDescription: "Description of the site; empty by default. It is set once, together with the name, and can't be changed later.",
			PlanModifiers:       []planmodifier.String{customtypes.DescriptionType.KeepPrior()},
		},
		"public_endpoint_address": schema.StringAttribute{
			Optional: true, Validators: []validator.String{base.ValidBy(values.Host)},
			MarkdownDescription: "Host name or IP address under which other sites reach the appliance. Not changed when unset.",
		},
		"public_endpoint_port": schema.Int64Attribute{
			Optional: true, Computed: true, Default: int64default.StaticInt64(defaultPort), Validators: []validator.Int64{int64validator.Between(1, 65535)},
			MarkdownDescription: "Port under which other sites reach the appliance, together with `public_endpoint_address`. Default: `443`.",
		},
		"vcd_url": customtypes.DirectorType.Required("Address of the Cloud Director, such as `https://director.example.com`. The path `/api` may be left out."),
		"vcd_username": schema.StringAttribute{
			Required: true, Validators: []validator.String{base.ValidBy(values.CloudUser)},
			MarkdownDescription: "Administrator of the Cloud Director, such as `administrator@System`.",
		},
		"vcd_thumbprint": customtypes.ThumbprintType.Optional("SHA-256 thumbprint of the Cloud Director's certificate. If unset, the appliance verifies it with public authorities."),
		"manager_lookup_service": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(true),
			MarkdownDescription: "Whether the Manager service of the appliance gets the same lookup service. `true` by default; `false` does not change it. **Experimental**: the call is known from old appliances only; an appliance without it causes a warning.",
		},
		"reapply_triggers": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Any values. A change of one sends the lookup service again, as is needed after a new certificate of the appliance or of the vCenter.",
		},
		"is_combined": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the appliance is a combined one, for tests."},
	}
	fields := map[string]schema.Attribute{}
	for _, f := range endpointFields {
		if f.port != nil {
			fields[f.name] = schema.Int64Attribute{Computed: true, MarkdownDescription: f.doc}
		} else {
			fields[f.name] = schema.StringAttribute{Computed: true, MarkdownDescription: f.doc}
		}
	}
	all["endpoints"] = schema.SingleNestedAttribute{Computed: true, MarkdownDescription: "The addresses in effect.", Attributes: fields}
	manager.AddAttributes(ctx, all)
	vcdPassword.AddTo(all)
	resp.Schema = schema.Schema{
		Version: 1,
		MarkdownDescription: "Sets up a Cloud Director Replication Management Appliance: license, site name, public endpoint, Cloud Director, and the lookup services of its Cloud and Manager services. " +
			"Change the root password first, with `vcda_appliance_password`.\n\n" +
			"The site name is set once and can't be changed later. If its version can, the appliance first tries the lookup service and the login to Cloud Director.\n\n" +
			"A destroy changes nothing on the appliance: it only removes the resource from the state.",
		Attributes: all,
	}
}

// Delete changes nothing, because the appliance can't undo any of it.
func (r *managerResource) Delete(_ context.Context, _ resource.DeleteRequest, resp *resource.DeleteResponse) {
	if client, absent := r.VCDA.Client(); !absent.HasError() {
		r.Release(client)
	}
	resp.Diagnostics.Append(manager.Stays(stays))
}
