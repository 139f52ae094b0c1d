// Package inventory implements the data source vcda_inventory.
package inventory

import (
	"context"
	"errors"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/replicationbase"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

type dataSource struct{ base.ForDataSource }

var _ datasource.DataSourceWithValidateConfig = &dataSource{}

// NewDataSource returns the data source vcda_inventory.
func NewDataSource() datasource.DataSource { return &dataSource{} }

type model struct {
	Kind  types.String                 `tfsdk:"kind"`
	Site  types.String                 `tfsdk:"site"`
	VDC   customtypes.NormalizedString `tfsdk:"vdc_id"`
	Name  types.String                 `tfsdk:"name"`
	Items []item                       `tfsdk:"items"`
}

type item struct {
	ID         types.String `tfsdk:"id"`
	Name       types.String `tfsdk:"name"`
	Attributes types.String `tfsdk:"attributes_json"`
}

func (d *dataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_inventory"
}

func (d *dataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "**Experimental.** Lists the objects that a site can protect and its recovery targets. The calls are not documented: an appliance may lack them, or respond in another form. " +
			"Only `id` and `name` of an item are certain. On the Manager service there is the kind `vms` only.",
		Attributes: map[string]schema.Attribute{
			"kind": schema.StringAttribute{
				Required: true, MarkdownDescription: "Kind of the items: `vms`, `vapps`, `orgs`, `vdcs`, `networks` or `storage_profiles`. `networks` and `storage_profiles` are listed for one VDC.",
				Validators: []validator.String{stringvalidator.OneOf(vcda.InventoryVMs, vcda.InventoryVApps, vcda.InventoryOrgs, vcda.InventoryVDCs, vcda.InventoryNetworks, vcda.InventoryStorageProfiles)},
			},
			"site": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "Site whose inventory is read. Default: the appliance's own. On the Cloud service, the session must be extended to any other site.",
			},
			"vdc_id": schema.StringAttribute{
				Optional: true, CustomType: customtypes.UUIDType, MarkdownDescription: "Id of the VDC, for `networks` and `storage_profiles`.",
				Validators: []validator.String{customtypes.UUIDType.Validator()},
			},
			"name": schema.StringAttribute{Optional: true, MarkdownDescription: "Only items with this name, in full.", Validators: []validator.String{stringvalidator.LengthAtLeast(1)}},
			"items": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The items, in the order of the appliance.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":              schema.StringAttribute{Computed: true, MarkdownDescription: "Id of the item."},
					"name":            schema.StringAttribute{Computed: true, MarkdownDescription: "Name of the item."},
					"attributes_json": schema.StringAttribute{Computed: true, MarkdownDescription: "All fields of the item, as JSON."},
				}},
			},
		},
	}
}

// ValidateConfig refuses a kind without the VDC it needs.
func (d *dataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var kind types.String
	var vdc customtypes.NormalizedString
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("kind"), &kind)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("vdc_id"), &vdc)...)
	needsVDC := kind.ValueString() == vcda.InventoryNetworks || kind.ValueString() == vcda.InventoryStorageProfiles
	isOfSite := slices.Contains([]string{vcda.InventoryVMs, vcda.InventoryVApps, vcda.InventoryOrgs, vcda.InventoryVDCs}, kind.ValueString())
	switch {
	case needsVDC && vdc.IsNull():
		resp.Diagnostics.AddAttributeError(path.Root("vdc_id"), "Missing vdc_id", "The kind "+kind.ValueString()+" is listed for one VDC. Set vdc_id.")
	case isOfSite && !vdc.IsNull():
		resp.Diagnostics.AddAttributeError(path.Root("vdc_id"), "Invalid combination of attributes", "The kind "+kind.ValueString()+" is not listed by VDC. Remove vdc_id.")
	}
}

var errManager = errors.New("the inventory of a Manager service has the kind vms only: use the data sources of the vsphere provider for the others")

func (d *dataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m model
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	client, absent := d.VCDA.Client()
	resp.Diagnostics.Append(absent...)
	if resp.Diagnostics.HasError() {
		return
	}
	if err := m.read(ctx, client); err != nil {
		resp.Diagnostics.Append(replicationbase.Detail(ctx, err).Unable("read the inventory"))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

func (m *model) read(ctx context.Context, client *vcda.Client) error {
	home, err := client.Home(ctx)
	if err != nil {
		return err
	}
	kind := m.Kind.ValueString()
	if home.Service == vcda.Manager && kind != vcda.InventoryVMs {
		return errManager
	}
	at, err := replicationbase.ClientAt(ctx, client, home.Service, "inventories", m.Site.ValueString())
	if err != nil {
		return err
	}
	vdc, _ := values.UUID(m.VDC.ValueString()) // the schema has checked it
	found, err := at.Inventory(ctx, kind, vdc)
	m.Items = []item{}
	for _, i := range found {
		if m.Name.IsNull() || m.Name.ValueString() == i.Name {
			m.Items = append(m.Items, item{types.StringValue(i.ID), types.StringValue(i.Name), types.StringValue(string(i.Raw))})
		}
	}
	return replicationbase.ExplainSite(at, err)
}
