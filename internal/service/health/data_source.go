// Package health implements the data source vcda_health and the action
// vcda_health_check.
package health

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// defaultTimeout limits the wait for the health task, which can't be canceled.
const defaultTimeout = 5 * time.Minute

type dataSource struct{ base.ForDataSource }

var _ datasource.DataSourceWithConfigure = &dataSource{}

// NewDataSource returns the data source vcda_health.
func NewDataSource() datasource.DataSource { return &dataSource{} }

func (d *dataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_health"
}

var texts = map[string]string{
	"product_name":        "Name of the product.",
	"build_version":       "Version and build of the service.",
	"build_date":          "Date of the build, in RFC 3339 format, UTC.",
	"instance_id":         "ID of the appliance, which never changes.",
	"runtime_id":          "ID of the running service.",
	"address":             "Address of the appliance, as it reports it.",
	"current_time":        "Time on the appliance, in RFC 3339 format, UTC.",
	"service_boot_time":   "Start of the service, in RFC 3339 format, UTC.",
	"appliance_boot_time": "Start of the appliance, in RFC 3339 format, UTC.",
}

var checks = map[string]string{
	"database":                  "Error of the database. Null when it is fine.",
	"lookup_service":            "Error of the lookup service. Null when it is fine.",
	"ntp":                       "Error of the time synchronization. Null when it is fine.",
	"sso_admin":                 "Error of the login as SSO administrator. Null when it is fine.",
	"replicator_lookup_service": "Set when the local replicators use another lookup service. Null when they don't.",
	"vcloud":                    "Error of the connection to Cloud Director. Null when it is fine, and on the Manager service.",
	"manager":                   "Error of the connection to the Manager service. Null when it is fine, and on the Manager service itself.",
}

func (d *dataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	all := map[string]schema.Attribute{
		"healthy":     schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether no check has an error, no tunnel has one, and no replicator is offline."},
		"disk_usage":  diskUsageAttribute,
		"tunnels":     tunnelsAttribute,
		"replicators": replicatorsAttribute,

		"local_replicators":   localReplicatorsAttribute(),
		"manager_instance_id": schema.StringAttribute{Computed: true, MarkdownDescription: "ID of the Manager service that belongs to the Cloud service. Null on the Manager service itself."},
		"timeouts": base.DataSourceTimeouts(timeouts.AttributesWithOpts(ctx, timeouts.Opts{
			ReadDescription: "Time for the health task, such as `5m`, which is the default.",
		})),
	}
	for name, description := range texts {
		all[name] = schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	for name, description := range checks {
		all[name] = base.ErrorAttribute(description)
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Runs the health task of the appliance, in every plan and apply, and shows its findings. " +
			"A problem of the appliance is a result, not an error. On the Cloud service the checks include those of its Manager service.",
		Attributes: all,
	}
}

var diskUsageAttribute = schema.SingleNestedAttribute{
	Computed: true, MarkdownDescription: "Disk space of the appliance.",
	Attributes: map[string]schema.Attribute{
		"free":   schema.Int64Attribute{Computed: true, MarkdownDescription: "Free space in bytes."},
		"usable": schema.Int64Attribute{Computed: true, MarkdownDescription: "Free space in bytes that the service may use."},
		"total":  schema.Int64Attribute{Computed: true, MarkdownDescription: "Size in bytes."},
	},
}

var tunnelsAttribute = schema.ListNestedAttribute{
	Computed: true, MarkdownDescription: "The tunnels and the connections to them.",
	NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
		"id":  schema.StringAttribute{Computed: true, MarkdownDescription: "ID of the tunnel."},
		"url": schema.StringAttribute{Computed: true, MarkdownDescription: "Address of the tunnel."},

		"certificate": schema.StringAttribute{Computed: true, MarkdownDescription: "Certificate of the tunnel, as base64 of its DER form."},
		"error":       base.ErrorAttribute("Error of the connection. Null when it is fine."),
	}},
}

var replicatorsAttribute = schema.ListNestedAttribute{
	Computed: true, MarkdownDescription: "The replicators, those that are offline first.",
	NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
		"id":     schema.StringAttribute{Computed: true, MarkdownDescription: "ID of the replicator."},
		"site":   schema.StringAttribute{Computed: true, MarkdownDescription: "Site of the replicator."},
		"url":    schema.StringAttribute{Computed: true, MarkdownDescription: "Address of the replicator."},
		"online": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the replicator answers."},
	}},
}

func (d *dataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	base.Read(ctx, base.VCDA(d.Data), req, resp, "read the appliance's health", func(client *vcda.Client, m *model) error {
		timeout, diags := m.Timeouts.Read(ctx, defaultTimeout)
		resp.Diagnostics.Append(diags...)
		if diags.HasError() {
			return nil
		}
		health, err := readHealth(ctx, d.Clock, client, timeout)
		if err != nil {
			return err
		}
		given := m.Timeouts
		*m = newModel(health)
		m.Timeouts = given
		return nil
	})
}

// readHealth runs the health task and waits for it until the timeout.
func readHealth(ctx context.Context, c clock.Clock, client *vcda.Client, timeout time.Duration) (vcda.Health, error) {
	ctx, cancel := c.WithTimeout(ctx, timeout, nil)
	defer cancel()
	return client.Health(ctx)
}
