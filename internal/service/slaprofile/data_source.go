package slaprofile

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/replicationbase"
)

type dataSource struct{ base.ForDataSource }

// NewDataSource returns the data source vcda_sla_profiles.
func NewDataSource() datasource.DataSource { return &dataSource{} }

type listModel struct {
	Site     types.String `tfsdk:"site"`
	Profiles []profile    `tfsdk:"sla_profiles"`
}

type profile struct {
	ID             types.String `tfsdk:"id"`
	Name           types.String `tfsdk:"name"`
	Description    types.String `tfsdk:"description"`
	RPO            types.Int64  `tfsdk:"rpo_minutes"`
	ConnectionType types.String `tfsdk:"data_connection_type"`
	Quiesced       types.Bool   `tfsdk:"quiesced"`
	Retention      types.List   `tfsdk:"retention_rules"`
	Organizations  types.Int64  `tfsdk:"organization_count"`
	Replications   types.Int64  `tfsdk:"replication_count"`
}

func (d *dataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_sla_profiles"
}

func (d *dataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	number := func(description string) schema.Int64Attribute {
		return schema.Int64Attribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the SLA profiles of the Cloud service.",
		Attributes: map[string]schema.Attribute{
			"site": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "Site whose profiles are read. Default: the appliance's own. The session must be extended to any other site.",
			},
			"sla_profiles": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The profiles, in the order of the appliance.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id": text("Id of the profile."), "name": text("Name of the profile."), "description": text("Description of the profile; null with an API version before 4.7."),
					"rpo_minutes": number("Recovery point objective, in minutes."), "data_connection_type": text("How the data is sent."),
					"quiesced": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether file systems are quiesced for each instance."},
					"retention_rules": schema.ListNestedAttribute{
						Computed: true, MarkdownDescription: "Which instances are kept.",
						NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
							"instances": number("How many instances are kept."), "distance_minutes": number("Minutes between two of them."),
						}},
					},
					"organization_count": number("How many organizations have the profile."), "replication_count": number("How many replications have the profile."),
				}},
			},
		},
	}
}

func (d *dataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m listModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	client, absent := d.VCDA.Client()
	resp.Diagnostics.Append(absent...)
	if resp.Diagnostics.HasError() {
		return
	}
	at, err := replicationbase.ClientAt(ctx, client, vcda.Cloud, what, m.Site.ValueString())
	var all []vcda.SLAProfile
	if err == nil {
		all, err = at.SLAProfiles(ctx)
		err = replicationbase.ExplainSite(at, err)
	}
	if err != nil {
		resp.Diagnostics.Append(replicationbase.Detail(ctx, err).Unable("list the SLA profiles"))
		return
	}
	m.Profiles = []profile{}
	for _, p := range all {
		m.Profiles = append(m.Profiles, profile{
			ID: types.StringValue(p.ID), Name: types.StringValue(p.DisplayName), Description: base.StringOrNull(p.Description), RPO: types.Int64Value(p.RPO),
			ConnectionType: base.StringOrNull(p.ConnectionType), Quiesced: types.BoolValue(p.Quiesced), Retention: replicationbase.RetentionList(p.Retention),
			Organizations: types.Int64Value(p.Orgs), Replications: types.Int64Value(p.Replications),
		})
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}
