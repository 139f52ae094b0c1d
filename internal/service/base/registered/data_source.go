package registered

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// DataSource lists the appliances of one of the types, each as an L.
type DataSource[M any, P Model[M, R], R Row, L any] struct {
	base.ForDataSource
	Of      Resource[M, P, R]
	Row     map[string]schema.Attribute // of an L
	Convert func(R) L
}

func (d *DataSource[M, P, R, L]) plural() string { return d.Of.Noun + "s" }

// Metadata names the data source.
func (d *DataSource[M, P, R, L]) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = d.Of.Type + "s"
}

// Schema describes the list, which takes no arguments.
func (d *DataSource[M, P, R, L]) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the " + d.plural() + " that are registered with " + d.Of.Home + ".",
		Attributes: map[string]schema.Attribute{
			d.plural(): schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The " + d.plural() + ".", NestedObject: schema.NestedAttributeObject{Attributes: d.Row},
			},
		},
	}
}

// Read lists the registered appliances.
func (d *DataSource[M, P, R, L]) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	d.Of.Data = d.Data
	all, diags := d.Of.Rows(ctx, "list the "+d.plural())
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	rows := []L{}
	for _, one := range all {
		rows = append(rows, d.Convert(one))
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(d.plural()), rows)...)
}
