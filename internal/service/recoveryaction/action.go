// Package recoveryaction implements the actions that synchronize, fail over, migrate and reverse replications. They
// share one implementation and differ in a row of a table.
package recoveryaction

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/boolvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/replication"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/replicationbase"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

const (
	defaultTimeout  = 4 * time.Hour
	defaultParallel = 10

	// pollInterval limits the polls of an action to fewer than fifty a minute, however many tasks start one after the
	// other.
	pollInterval = 1250 * time.Millisecond
)

type recovery struct {
	base.ForAction
	operation
}

var (
	_ action.ActionWithConfigure      = &recovery{}
	_ action.ActionWithValidateConfig = &recovery{}
)

func (a *recovery) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + a.name
}

func (a *recovery) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	attributes := map[string]schema.Attribute{
		"replication_ids": schema.ListAttribute{
			Required: true, ElementType: types.StringType,
			MarkdownDescription: "Ids of one or more replications, of any kinds but of one service. All are checked before anything is sent: if one is refused, nothing is started.",
			Validators:          []validator.List{listvalidator.SizeAtLeast(1), listvalidator.UniqueValues(), listvalidator.ValueStringsAre(replicationbase.IsReplicationID())},
		},
		"site": schema.StringAttribute{
			Optional: true, MarkdownDescription: "Name of the site that manages the replications. Default: the destination of each, as the provider's own appliance shows it.",
			Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"timeout": schema.StringAttribute{
			Optional: true, MarkdownDescription: "Time for the whole action, such as `90m`; default `4h`.",
			Validators: []validator.String{base.ValidBy(values.Timeout)},
		},
		"max_parallel": schema.Int64Attribute{
			Optional: true, MarkdownDescription: "Maximum number of replications at once; default 10.",
			Validators: []validator.Int64{int64validator.AtLeast(1)},
		},
	}
	if a.recovers {
		attributes["power_on"] = schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether the recovered VMs are powered on. `true` by default."}
		attributes["consolidate"] = schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether the disks of the recovered VMs are consolidated. `false` by default."}
	}
	if a.takesInstance {
		attributes["instance_keys"] = schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Keys of the instances to recover to, by the id of the replication of each VM. Default: the latest ones.",
		}
	}
	if a.needsConsent {
		attributes["accept_source_deletion"] = schema.BoolAttribute{
			Required: true, MarkdownDescription: "Must be `true`: a reverse deletes the original VM at the former source.",
			Validators: []validator.Bool{boolvalidator.Equals(true)},
		}
	}
	resp.Schema = schema.Schema{MarkdownDescription: a.description, Attributes: attributes}
}

// arguments are the configured arguments, with the defaults.
type arguments struct {
	ids      []string
	site     string
	timeout  time.Duration
	parallel int
	how      replication.Recovery
}

// read reads the arguments that the action has.
func (a *recovery) read(ctx context.Context, config tfsdk.Config) (args arguments, diags diag.Diagnostics) {
	var (
		site, timeout        types.String
		parallel             types.Int64
		powerOn, consolidate types.Bool
		instances            map[string]string
	)
	get := func(name string, into any) { diags.Append(config.GetAttribute(ctx, path.Root(name), into)...) }
	get("replication_ids", &args.ids)
	get("site", &site)
	get("timeout", &timeout)
	get("max_parallel", &parallel)
	if a.recovers {
		get("power_on", &powerOn)
		get("consolidate", &consolidate)
	}
	if a.takesInstance {
		get("instance_keys", &instances)
	}
	args.site, args.timeout, args.parallel = site.ValueString(), defaultTimeout, defaultParallel
	if d, err := time.ParseDuration(timeout.ValueString()); err == nil { // the schema has checked it
		args.timeout = d
	}
	if !parallel.IsNull() {
		args.parallel = int(parallel.ValueInt64())
	}
	args.how = replication.Recovery{PowerOn: powerOn.IsNull() || powerOn.ValueBool(), Consolidate: consolidate.ValueBool(), Instances: instances}
	return args, diags
}

// ValidateConfig refuses replications of two services.
func (a *recovery) ValidateConfig(ctx context.Context, req action.ValidateConfigRequest, resp *action.ValidateConfigResponse) {
	var list types.List
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("replication_ids"), &list)...)
	ofService := map[vcda.Service]string{}
	for _, element := range list.Elements() {
		if id, ok := element.(types.String); ok && vcda.KindOf(id.ValueString()) != "" {
			ofService[vcda.KindOf(id.ValueString()).Service()] = id.ValueString()
		}
	}
	if len(ofService) > 1 {
		resp.Diagnostics.AddAttributeError(path.Root("replication_ids"), "Invalid replication_ids", fmt.Sprintf(
			"%s is a replication of the Cloud service, and %s is one of the Manager service. Use an action for each of them.", ofService[vcda.Cloud], ofService[vcda.Manager]))
	}
}

// Invoke recovers the replications and shows the progress.
func (a *recovery) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	args, diags := a.read(ctx, req.Config)
	resp.Diagnostics.Append(diags...)
	client, diags := a.VCDA.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := a.Clock.WithTimeout(vcda.WithLeastInterval(ctx, pollInterval), args.timeout, nil)
	defer cancel()
	show := newProgress(a.Clock, a.done, func(text string) { resp.SendProgress(action.InvokeProgressEvent{Message: text}) })
	jobs, problem := a.check(ctx, client, args, show)
	if problem == nil {
		problem = a.run(ctx, jobs, args, show)
	}
	if problem != nil {
		resp.Diagnostics.Append(problem)
	}
}
