package replicationpolicy

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/replicationbase"
)

func explain(ctx context.Context, action string, err error) diag.Diagnostic {
	return detail(ctx, err).Unable(action)
}

func attributes() map[string]schema.Attribute {
	all := map[string]schema.Attribute{
		"id":                 schema.StringAttribute{Computed: true, MarkdownDescription: "Id of the policy; that of the default policy is `default`."},
		"name":               schema.StringAttribute{Computed: true, MarkdownDescription: "Name of the policy."},
		"organization_count": schema.Int64Attribute{Computed: true, MarkdownDescription: organizationCount},
	}
	for name, description := range numbers {
		all[name] = schema.Int64Attribute{Computed: true, MarkdownDescription: description}
	}
	for name, description := range texts {
		all[name] = schema.BoolAttribute{Computed: true, MarkdownDescription: description}
	}
	return all
}

func siteAttribute() schema.StringAttribute {
	return schema.StringAttribute{
		Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		MarkdownDescription: "Site whose policies are read. Default: the appliance's own. The session must be extended to any other site.",
	}
}

// policies lists the policies of a site.
func policies(ctx context.Context, data providerdata.Data, site types.String) ([]vcda.Policy, diag.Diagnostics, error) {
	client, absent := data.VCDA.Client()
	if absent.HasError() {
		return nil, absent, nil
	}
	at, err := replicationbase.ClientAt(ctx, client, vcda.Cloud, what, site.ValueString())
	if err != nil {
		return nil, nil, err
	}
	all, err := at.Policies(ctx)
	return all, nil, replicationbase.ExplainSite(at, err)
}

type single struct{ base.ForDataSource }

var _ datasource.DataSourceWithConfigValidators = &single{}

// NewDataSource returns the data source vcda_replication_policy.
func NewDataSource() datasource.DataSource { return &single{} }

type singleModel struct {
	Site types.String `tfsdk:"site"`
	fields
}

func (d *single) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_replication_policy"
}

func (d *single) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	all := attributes()
	key := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: description, Validators: []validator.String{stringvalidator.LengthAtLeast(1)}}
	}
	all["id"], all["name"] = key("Id of the policy; that of the default policy is `default`. Exactly one of `id` and `name` must be set."), key("Name of the policy.")
	all["site"] = siteAttribute()
	resp.Schema = schema.Schema{MarkdownDescription: "Reads one replication policy of the Cloud service.", Attributes: all}
}

func (d *single) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("name"))}
}

var errNoPolicy = errors.New("there is no such policy")

func (d *single) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m singleModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	all, absent, err := policies(ctx, d.Data, m.Site)
	resp.Diagnostics.Append(absent...)
	if resp.Diagnostics.HasError() {
		return
	}
	if err == nil {
		err = errNoPolicy
		for _, p := range all {
			if p.ID == m.ID.ValueString() || m.ID.IsNull() && p.DisplayName == m.Name.ValueString() {
				m.read(p)
				err = nil
			}
		}
	}
	if err != nil {
		resp.Diagnostics.Append(explain(ctx, "read the replication policy "+m.ID.ValueString()+m.Name.ValueString(), err))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

type list struct{ base.ForDataSource }

// NewListDataSource returns the data source vcda_replication_policies.
func NewListDataSource() datasource.DataSource { return &list{} }

type listModel struct {
	Site     types.String `tfsdk:"site"`
	Policies []fields     `tfsdk:"policies"`
}

func (d *list) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_replication_policies"
}

func (d *list) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the replication policies of the Cloud service.",
		Attributes: map[string]schema.Attribute{
			"site":     siteAttribute(),
			"policies": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "The policies, in the order of the appliance.", NestedObject: schema.NestedAttributeObject{Attributes: attributes()}},
		},
	}
}

func (d *list) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m listModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	all, absent, err := policies(ctx, d.Data, m.Site)
	resp.Diagnostics.Append(absent...)
	if err != nil {
		resp.Diagnostics.Append(explain(ctx, "list the replication policies", err))
	}
	if resp.Diagnostics.HasError() {
		return
	}
	m.Policies = make([]fields, len(all))
	for i, p := range all {
		m.Policies[i].read(p)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}
