// Package provider configures the provider from its block and the environment, and
// lists its resources, data sources, actions and functions.
package provider

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/ownership"
	"github.com/vcda-dr/terraform-provider-vcda/internal/pairing"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/appliance"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/appliancepassword"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/clouddirectormanager"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/failovertest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/functions"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/health"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/inventory"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/recoveryaction"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/recoveryplan"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/remotecertificate"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/replicationpolicy"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/replicationpolicyassignment"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/replications"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/replicator"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/servicecertificate"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/session"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/sessionextension"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/site"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/sitepairing"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/slaprofile"
	storwareservice "github.com/vcda-dr/terraform-provider-vcda/internal/service/storware"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/task"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/tunnel"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/vappreplication"
	vcenterservice "github.com/vcda-dr/terraform-provider-vcda/internal/service/vcenter"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/vcentermanager"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/vmreplication"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/vspherereplication"
)

// Address is the address of the provider in Terraform.
const Address = "registry.terraform.io/vcda-dr/vcda"

// Options configures a provider.
type Options struct {
	Version string                // shown in the user agent
	Cleanup *providerdata.Cleanup // collects the logouts at the end of the process
	Clock   clock.Clock           // used by every client and service
	Limits  rest.Limits           // of responses; zero values are the defaults
	Dial    rest.Dial             // nil is the network
}

// New returns a factory of the provider.
func New(o Options) func() provider.Provider {
	return func() provider.Provider {
		return &vcdaProvider{version: o.Version, cleanup: o.Cleanup, clock: o.Clock, limits: o.Limits, dial: o.Dial, notices: &notices{}}
	}
}

type vcdaProvider struct {
	version string
	cleanup *providerdata.Cleanup
	clock   clock.Clock
	limits  rest.Limits
	dial    rest.Dial
	notices *notices
}

var (
	_ provider.ProviderWithValidateConfig     = &vcdaProvider{}
	_ provider.ProviderWithEphemeralResources = &vcdaProvider{}
	_ provider.ProviderWithFunctions          = &vcdaProvider{}
	_ provider.ProviderWithListResources      = &vcdaProvider{}
	_ provider.ProviderWithActions            = &vcdaProvider{}
)

func (p *vcdaProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName, resp.Version = "vcda", p.version
}

func (p *vcdaProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	attributes := tableSchema("")
	attributes[extensionsName] = extensionsSchema()
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages VMware Cloud Director Availability (VCDA), both the Manager service and the Cloud service: sets up appliances, pairs sites, protects workloads, and tests and performs failovers. " +
			"It also clones vCenter sessions and opens sessions of Storware Backup & Recovery.\n\n" +
			"The provider logs in once per process, when it first needs the appliance, and logs out at the end. Each field can come from its environment variable; configuration beats environment.",
		Attributes: attributes,
	}
}

// ValidateConfig checks the logins. A variable may set a field that the block does
// not have. The rows of the table check their own values.
func (p *vcdaProvider) ValidateConfig(_ context.Context, req provider.ValidateConfigRequest, resp *provider.ValidateConfigResponse) {
	resp.Diagnostics.Append(validateLogin(req, "login", vcdaLogins)...)
	resp.Diagnostics.Append(validateLogin(req, vcenterSecondary.login(), vcenterLogins)...)
	resp.Diagnostics.Append(validateLogin(req, storwareSecondary.login(), storwareLogins)...)
}

func validateLogin[L any](req provider.ValidateConfigRequest, prefix string, types []loginType[L]) diag.Diagnostics {
	c := &configuration{block: req.Config.Raw, env: os.Getenv}
	if _, s := c.lookup(prefix); s != present {
		return nil
	}
	chosen := configuredLogin(c, prefix, types)
	if chosen == nil {
		return c.diags
	}
	fieldConfig := &configuration{block: req.Config.Raw, env: os.Getenv} // the rows report its errors
	found := fieldConfig.loginFields(prefix, chosen.name, chosen.fields)
	if !fieldConfig.diags.HasError() && fieldConfig.unknown == "" {
		buildLogin(c, prefix, *chosen, found)
	}
	return c.diags
}

func (p *vcdaProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	newConfiguration := func() *configuration { return &configuration{block: req.Config.Raw, env: os.Getenv} }
	vcdaConfig, vcenterConfig, storwareConfig := newConfiguration(), newConfiguration(), newConfiguration()
	agent := userAgent(p.version, req.TerraformVersion)
	common := shared{
		agent: agent, queue: &vcda.SetupQueue{},
		previous: &providerdata.PreviousPassword{Warn: func() { p.notices.add(previousUsed()) }},
	}
	managerConfig := newConfiguration()
	owners := &ownership.Ledger{}
	data := providerdata.Data{
		VCDA:     p.configureVCDA(vcdaConfig, common, vcdaConfig.extensions(ctx, req.Config)),
		Manager:  p.configureManager(managerConfig, common),
		VCenter:  p.configureVCenter(vcenterConfig, agent),
		Storware: p.configureStorware(storwareConfig, agent),
		Clock:    p.clock,
		Owners:   owners,
		Pairings: &pairing.Run{Owners: owners},

		Appliances:       p.appliances(newConfiguration(), common),
		PreviousPassword: common.previous,

		Reservations: &providerdata.Reservations{},
	}
	if vcdaConfig.enabled("preflight") {
		data.Preflight = &providerdata.Preflight{Clock: p.clock}
	}
	resp.Diagnostics.Append(vcdaConfig.diags...)
	resp.Diagnostics.Append(vcenterConfig.diags.Warnings()...)
	resp.Diagnostics.Append(storwareConfig.diags.Warnings()...)
	resp.ResourceData, resp.DataSourceData, resp.EphemeralResourceData = data, data, data
	resp.ListResourceData, resp.ActionData = data, data
}

// shared holds the objects that the clients of appliances share.
type shared struct {
	agent    string
	queue    *vcda.SetupQueue
	previous *providerdata.PreviousPassword
}

// configureVCDA prepares the client of VCDA. It contacts no system.
func (p *vcdaProvider) configureVCDA(c *configuration, common shared, extensions []vcda.Extension) providerdata.System[vcda.Client] {
	base := c.get("url")
	if base == "" && c.unknown == "" && !c.diags.HasError() {
		return providerdata.Absent[vcda.Client](diag.NewErrorDiagnostic("Unable to use VMware Cloud Director Availability",
			"The provider block has no url. Set it, or the environment variable VCDA_URL, to the address of the appliance."))
	}
	login, _ := resolveLogin(c, "login", "VCDA_LOGIN", vcdaLogins)
	layer := p.transport(c, "", base, common.agent)
	options := vcda.Options{
		Transport: layer, Login: login, Extensions: extensions, Service: vcda.Service(c.get("service")), Clock: p.clock, APIVersion: c.get("api_version"), TaskChanged: logTask, Queue: common.queue,
		VersionLowered: func(version string) { p.notices.add(versionLowered(base, version)) },
		PreviousUsed:   common.previous.Used,
	}
	if c.unknown != "" {
		return providerdata.Unknown[vcda.Client](notYetKnown(c.unknown))
	}
	if c.diags.HasError() {
		return providerdata.System[vcda.Client]{}
	}
	client, err := vcda.New(options)
	if err != nil {
		c.diags.AddAttributeError(attributePath("ca_certificate"), "Invalid ca_certificate", reason(err)) // the rest has been checked
		return providerdata.System[vcda.Client]{}
	}
	p.cleanup.Add(client.Logout)
	return providerdata.Ready(client)
}

// versionLowered returns the warning about an appliance that does not support the
// newest version of the API.
func versionLowered(appliance, version string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("API version "+version+" is used",
		fmt.Sprintf("%s does not support version %s of the API, so the provider uses version %s.\n\n"+
			"Set the version in the provider block, or in the variable VCDA_API_VERSION. Then the provider does not have to detect it in every run:\n\n  api_version = %q",
			appliance, vcda.APIVersions[0], version, version))
}

// previousUsed returns the warning about an appliance that does not accept the new
// root password yet.
func previousUsed() diag.Diagnostic {
	return diag.NewWarningDiagnostic("The previous root password is still in force",
		"The appliance refuses the password of login.local_user and accepts previous_password, and no vcda_appliance_password of this provider block changes it. The provider can't see those of other provider blocks.\n\n"+
			"If one of them changes it in this run, ignore this warning. Otherwise add one, or set password to the current password. Remove previous_password after the change.")
}

func notYetKnown(dotted string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Unable to use the provider before "+dotted+" is known",
		fmt.Sprintf("The value of %s in the provider block is only known after apply. Apply the resource that it comes from first, with -target, or use a variable.", dotted))
}

// systems are the systems by the prefix of their settings.
var systems = map[string]diagnostics.System{"": diagnostics.VCDA, "vcenter.": diagnostics.VCenter, "storware.": diagnostics.Storware}

// transport resolves the settings of the HTTP client of the system with a prefix.
func (p *vcdaProvider) transport(c *configuration, prefix, base, agent string) rest.Options {
	options := rest.Options{
		Trust: tlsutil.Trust{
			CACertificate: c.certificate(prefix + "ca_certificate"),
			Thumbprint:    c.get(prefix + "thumbprint"),
			Insecure:      c.enabled(prefix + "insecure"),
			OnOutdatedPin: func(e *tlsutil.TrustError) { p.notices.add(systems[prefix].OutdatedPin(e)) },
		},
		UserAgent:     agent,
		MaxRetries:    c.count("max_retries"),
		MaxConcurrent: c.count("max_concurrent_requests"),
		Limits:        p.limits,
		Dial:          p.dial,
		Clock:         p.clock,
		Log:           logHTTP,
	}
	if options.Trust.Insecure {
		c.diags.AddAttributeWarning(attributePath(prefix+"insecure"), "Certificates are not checked",
			"With insecure, anyone on the network path can read the login and change the responses. Pin the certificate with thumbprint instead.")
	}
	// The rows have checked both; an unknown value is empty.
	options.BaseURL, _ = url.Parse(strings.TrimRight(base, "/"))
	options.RequestTimeout, _ = time.ParseDuration(c.get("request_timeout"))
	return options
}

// certificate resolves a setting that is PEM text or the path of a file.
func (c *configuration) certificate(dotted string) string {
	text, err := tlsutil.ReadAuthority(c.get(dotted))
	if err != nil {
		c.diags.AddAttributeError(attributePath(dotted), "Invalid "+c.source(dotted), reason(err))
	}
	return text
}

// userAgent returns the provider, the CLI, and the value of TF_APPEND_USER_AGENT.
func userAgent(version, terraform string) string {
	agent := fmt.Sprintf("terraform-provider-vcda/%s Terraform/%s", version, terraform)
	if more := strings.Join(strings.Fields(os.Getenv("TF_APPEND_USER_AGENT")), " "); more != "" {
		agent += " " + more
	}
	return agent
}

func (p *vcdaProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		sitepairing.NewResource, sessionextension.NewResource,
		vmreplication.NewResource, vappreplication.NewResource, vspherereplication.NewResource,
		replicationpolicy.NewResource, replicationpolicyassignment.NewResource, slaprofile.NewResource,
		failovertest.NewResource, recoveryplan.NewResource, recoveryplan.NewTestResource,
		vcentermanager.NewResource, clouddirectormanager.NewResource, replicator.NewResource, tunnel.NewResource, appliancepassword.NewResource,
	}
}

// EphemeralResources lists the ephemeral resources.
func (p *vcdaProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{
		session.NewEphemeral, sessionextension.NewEphemeral,
		vcenterservice.NewTicketEphemeral,
		vcenterservice.NewEphemeral,
		storwareservice.NewEphemeral,
	}
}

func (p *vcdaProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		session.NewDataSource, site.NewDataSource, site.NewListDataSource,
		task.NewDataSource, task.NewListDataSource,
		replicator.NewListDataSource, tunnel.NewListDataSource, servicecertificate.NewDataSource, appliance.NewDataSource, health.NewDataSource, remotecertificate.NewDataSource,
		replications.NewVMList, replications.NewVAppList, replications.NewVSphereList, replications.NewDataSource, replications.NewInstances,
		replicationpolicy.NewDataSource, replicationpolicy.NewListDataSource, slaprofile.NewDataSource, inventory.NewDataSource,
		vcenterservice.NewDataSource,
		storwareservice.NewDataSource, storwareservice.NewUserDataSource, storwareservice.NewStatusDataSource,
	}
}

// ListResources lists the list resources.
func (p *vcdaProvider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{sitepairing.NewListResource, vmreplication.NewListResource, vappreplication.NewListResource, vspherereplication.NewListResource, replicator.NewListResource, tunnel.NewListResource}
}

// Actions lists the actions.
func (p *vcdaProvider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{
		sitepairing.NewRepairAction, health.NewCheckAction,
		recoveryaction.NewSync, recoveryaction.NewFailover, recoveryaction.NewMigrate, recoveryaction.NewReverse,
		recoveryplan.NewFailoverAction, recoveryplan.NewMigrateAction,
	}
}

// Functions lists the functions.
func (p *vcdaProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{functions.NewOfPEM, functions.NewNormalize}
}
