// Package replications implements the data sources that read replications and their instances.
package replications

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/replicationbase"
)

type list struct {
	base.ForDataSource
	kind vcda.Kind
	name string // of the argument that filters by name
}

// NewVMList returns the data source vcda_vm_replications.
func NewVMList() datasource.DataSource { return &list{kind: vcda.VM, name: "vm_name"} }

// NewVAppList returns the data source vcda_vapp_replications.
func NewVAppList() datasource.DataSource { return &list{kind: vcda.VApp, name: "vapp_name"} }

// NewVSphereList returns the data source vcda_vsphere_replications.
func NewVSphereList() datasource.DataSource { return &list{kind: vcda.VSphere, name: "vm_name"} }

func (d *list) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + string(d.kind) + "_replications"
}

func (d *list) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	filter := func(description string, oneOf ...string) schema.StringAttribute {
		a := schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: []validator.String{stringvalidator.LengthAtLeast(1)}}
		if len(oneOf) > 0 {
			a.Validators = []validator.String{stringvalidator.OneOf(oneOf...)}
		}
		return a
	}
	all := map[string]schema.Attribute{
		"site":           filter("Site whose replications are read. Default: the appliance's own. On the Cloud service, the session must be extended to any other site."),
		"ids":            schema.SetAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Only those with these ids."},
		d.name:           filter("Only those of the workload with this name, in full."),
		"source_site":    filter("Only those from this site."),
		"recovery_state": filter("Only those in this state of the recovery: `NOT_STARTED`, `IN_PROGRESS`, `TEST` or `COMPLETE`.", "NOT_STARTED", "IN_PROGRESS", "TEST", "COMPLETE"),
		"health":         filter("Only those of this health: `GREEN`, `YELLOW` or `RED`.", "GREEN", "YELLOW", "RED"),
		"migration":      schema.BoolAttribute{Optional: true, MarkdownDescription: "With `true` only migrations, with `false` only protections."},
		"replications": schema.ListNestedAttribute{
			Computed: true, MarkdownDescription: "The replications, in the order of the appliance.", NestedObject: schema.NestedAttributeObject{Attributes: attributes()},
		},
	}
	if d.kind.Service() == vcda.Cloud {
		all["owner"] = filter("Only those of this owner, as `ORGANIZATION@SITE`.")
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the " + nouns[d.kind] + " that a site knows, with their state. A replication is listed if it matches all arguments that are set.",
		Attributes:          all,
	}
}

var nouns = map[vcda.Kind]string{
	vcda.VM: "VM replications of the Cloud service", vcda.VApp: "vApp replications of the Cloud service", vcda.VSphere: "replications of the Manager service",
}

// filter selects replications; a null field selects all.
type filter struct {
	Site                                           types.String // of the list
	IDs                                            []string
	Name, SourceSite, RecoveryState, Health, Owner types.String
	Migration                                      types.Bool
}

func (d *list) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	f, diags := d.filter(ctx, req.Config)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	managed, err := replicationbase.SiteOf(ctx, d.Data, d.kind, f.Site.ValueString())
	var all []vcda.Replication
	if err == nil {
		all, err = managed.All(ctx)
	}
	if err != nil {
		resp.Diagnostics.Append(replicationbase.Explain(ctx, "list the "+nouns[d.kind], err))
		return
	}
	rows := []model{}
	for _, r := range all {
		if f.matches(r) {
			rows = append(rows, newModel(r))
		}
	}
	resp.State.Raw = req.Config.Raw
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("replications"), rows)...)
}

// filter reads the arguments.
func (d *list) filter(ctx context.Context, config tfsdk.Config) (f filter, diags diag.Diagnostics) {
	var ids types.Set
	arguments := map[string]any{
		"site": &f.Site, "ids": &ids, d.name: &f.Name, "source_site": &f.SourceSite, "recovery_state": &f.RecoveryState, "health": &f.Health, "migration": &f.Migration,
	}
	if d.kind.Service() == vcda.Cloud {
		arguments["owner"] = &f.Owner
	}
	for name, value := range arguments {
		diags.Append(config.GetAttribute(ctx, path.Root(name), value)...)
	}
	if !ids.IsNull() {
		f.IDs = []string{}
		diags.Append(ids.ElementsAs(ctx, &f.IDs, false)...)
	}
	return f, diags
}

func (f filter) matches(r vcda.Replication) bool {
	if f.IDs != nil && !slices.Contains(f.IDs, r.ID) || !f.Migration.IsNull() && f.Migration.ValueBool() != r.IsMigration() {
		return false
	}
	for _, one := range []struct {
		wanted types.String
		has    string
	}{{f.Name, r.Name()}, {f.SourceSite, r.SourceSite()}, {f.RecoveryState, r.RecoveryState()}, {f.Health, r.Health}, {f.Owner, r.Owner}} {
		if !one.wanted.IsNull() && one.wanted.ValueString() != one.has {
			return false
		}
	}
	return true
}

var vmIDForm = regexp.MustCompile(`^(C4-|H4-).`)

type single struct{ base.ForDataSource }

// NewDataSource returns the data source vcda_replication.
func NewDataSource() datasource.DataSource { return &single{} }

type singleModel struct {
	Site types.String `tfsdk:"site"`
	model
}

func (d *single) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_replication"
}

func (d *single) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	all := attributes()
	all["id"] = schema.StringAttribute{Required: true, MarkdownDescription: "Id of the replication.", Validators: []validator.String{replicationbase.IsReplicationID()}}
	all["site"] = siteAttribute()
	resp.Schema = schema.Schema{MarkdownDescription: "Reads one replication of any kind, with its state.", Attributes: all}
}

func siteAttribute() schema.StringAttribute {
	return schema.StringAttribute{
		Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		MarkdownDescription: "Site that manages the replication. Default: the appliance's own. On the Cloud service, the session must be extended to any other site.",
	}
}

func (d *single) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m singleModel
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("id"), &m.ID)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("site"), &m.Site)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id := m.ID.ValueString()
	action := "read the replication " + id
	managed, err := replicationbase.SiteOf(ctx, d.Data, vcda.KindOf(id), m.Site.ValueString())
	var found *vcda.Replication
	if err == nil {
		found, err = managed.Find(ctx, id)
	}
	switch {
	case err != nil:
		resp.Diagnostics.Append(replicationbase.Explain(ctx, action, err))
		return
	case found == nil:
		resp.Diagnostics.AddError("Unable to "+action, notListed(m.Site))
		return
	}
	m.model = newModel(*found)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// notListed is the error text for a replication that no list shows.
func notListed(site types.String) string {
	if site.IsNull() {
		return "The appliance's own site lists no such replication. Correct the id, or set site to the site that manages the replication."
	}
	return fmt.Sprintf("The site %s lists no such replication. Correct the id or the site.", site.ValueString())
}

type instances struct{ base.ForDataSource }

// NewInstances returns the data source vcda_replication_instances.
func NewInstances() datasource.DataSource { return &instances{} }

type instancesModel struct {
	ReplicationID types.String `tfsdk:"replication_id"`
	Site          types.String `tfsdk:"site"`
	Instances     []instance   `tfsdk:"instances"`
}

func (d *instances) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_replication_instances"
}

func (d *instances) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the instances of a replication: the points in time that its VM can be recovered to. For a vApp, read the instances of the replications of its VMs.",
		Attributes: map[string]schema.Attribute{
			"replication_id": schema.StringAttribute{
				Required: true, MarkdownDescription: "Id of the replication of a VM.",
				Validators: []validator.String{stringvalidator.RegexMatches(vmIDForm, "must be the id of the replication of a VM, which begins with C4- or H4-: a vApp has the instances of its VMs")},
			},
			"site":      siteAttribute(),
			"instances": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "The instances, in the order of the appliance.", NestedObject: schema.NestedAttributeObject{Attributes: instanceAttributes()}},
		},
	}
}

func (d *instances) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m instancesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id := m.ReplicationID.ValueString()
	managed, err := replicationbase.SiteOf(ctx, d.Data, vcda.KindOf(id), m.Site.ValueString())
	var found []vcda.Instance
	if err == nil {
		found, err = managed.Instances(ctx, id)
	}
	if err != nil {
		resp.Diagnostics.Append(replicationbase.Explain(ctx, "list the instances of the replication "+id, err))
		return
	}
	m.Instances = []instance{}
	for _, i := range found {
		m.Instances = append(m.Instances, newInstance(i))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}
