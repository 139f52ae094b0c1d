// Package servicecertificate implements vcda_service_certificate, which reads the certificate of an appliance's
// service from the guest information of its VM.
package servicecertificate

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcenter"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

const (
	defaultTimeout = 10 * time.Minute // a first boot writes the key
	pause          = 5 * time.Second
)

type dataSource struct{ base.ForDataSource }

var _ datasource.DataSourceWithConfigure = &dataSource{}

// NewDataSource returns the data source vcda_service_certificate.
func NewDataSource() datasource.DataSource { return &dataSource{} }

type model struct {
	VMID          types.String   `tfsdk:"vm_id"`
	UUID          types.String   `tfsdk:"uuid"`
	InventoryPath types.String   `tfsdk:"inventory_path"`
	Service       types.String   `tfsdk:"service"`
	Timeouts      timeouts.Value `tfsdk:"timeouts"`
	PEM           types.String   `tfsdk:"pem"`
	Certificate   types.String   `tfsdk:"certificate"`
	Thumbprint    types.String   `tfsdk:"thumbprint"`
	Subject       types.String   `tfsdk:"subject"`
	Issuer        types.String   `tfsdk:"issuer"`
	NotBefore     types.String   `tfsdk:"not_before"`
	NotAfter      types.String   `tfsdk:"not_after"`
}

var texts = map[string]string{
	"pem":         "The certificate as PEM text.",
	"certificate": "The certificate as base64 of its DER form.",
	"thumbprint":  "SHA-256 thumbprint of the certificate, in the form VCDA uses.",
	"subject":     "Subject of the certificate.",
	"issuer":      "Issuer of the certificate.",
	"not_before":  "Start of the validity period, in RFC 3339 format, UTC.",
	"not_after":   "End of the validity period, in RFC 3339 format, UTC.",
}

func (d *dataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "vcda_service_certificate"
}

func (d *dataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	all := map[string]schema.Attribute{
		"vm_id": schema.StringAttribute{
			Optional: true, MarkdownDescription: "Managed object ID of the VM, such as `vm-42`. Exactly one of `vm_id`, `uuid` and `inventory_path` is set.",
			Validators: []validator.String{stringvalidator.LengthAtLeast(1), stringvalidator.ExactlyOneOf(path.MatchRoot("uuid"), path.MatchRoot("inventory_path"))},
		},
		"uuid": schema.StringAttribute{
			Optional: true, MarkdownDescription: "BIOS UUID of the VM.",
			Validators: []validator.String{base.ValidBy(values.UUID)},
		},
		"inventory_path": schema.StringAttribute{
			Optional: true, MarkdownDescription: "Inventory path of the VM, such as `/datacenter/vm/folder/name`.",
			Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"service": schema.StringAttribute{
			Required: true, MarkdownDescription: "Service whose certificate is read: `manager`, `cloud`, `tunnel` or `replicator`. A Cloud Director appliance has two, `cloud` and `manager`.",
			Validators: []validator.String{stringvalidator.OneOf("manager", "cloud", "tunnel", "replicator")},
		},
		"timeouts": base.DataSourceTimeouts(timeouts.AttributesWithOpts(ctx, timeouts.Opts{
			ReadDescription: "Time to wait until the first boot has written the certificate, such as `10m`, which is the default.",
		})),
	}
	for name, doc := range texts {
		all[name] = schema.StringAttribute{Computed: true, MarkdownDescription: doc}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads the certificate of an appliance's service from the guest information of its VM, which the appliance writes after its first boot: so it is known before the first connection. " +
			"It needs the object `vcenter` in the provider block, and a vCenter 8.0 Update 1 or later. With an older one, paste the thumbprint.",
		Attributes: all,
	}
}

func (d *dataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	base.Read(ctx, base.VCenter(d.Data), req, resp, "read the certificate of the service", func(client *vcenter.Client, m *model) error {
		limit, diags := m.Timeouts.Read(ctx, defaultTimeout)
		resp.Diagnostics.Append(diags...)
		if diags.HasError() {
			return nil
		}
		ctx, cancel := d.Clock.WithTimeout(ctx, limit, nil)
		defer cancel()
		certificate, err := m.await(ctx, client, d.Clock)
		if err == nil {
			m.show(certificate)
		}
		return err
	})
}

// await waits until the guest has written its certificate.
func (m *model) await(ctx context.Context, client *vcenter.Client, clock clock.Clock) (*x509.Certificate, error) {
	key := "guestinfo." + m.Service.ValueString() + ".certificate"
	for logged := ""; ; {
		vm, err := m.find(ctx, client)
		if err != nil {
			return nil, err
		}
		extra := map[string]string{}
		if vm != "" {
			if extra, err = client.ExtraConfig(ctx, vm); err != nil {
				return nil, err
			}
		}
		if text := extra[key]; text != "" {
			der, err := values.FirstCertificate(text)
			if err != nil {
				return nil, fmt.Errorf("the key %s of the VM: %w", key, err)
			}
			return x509.ParseCertificate(der)
		}
		missing := m.missing(vm, key)
		if text := "waiting: " + missing.Error(); text != logged {
			tflog.Info(ctx, text)
			logged = text
		}
		if err := clock.Sleep(ctx, pause); errors.Is(err, context.Canceled) {
			return nil, err
		} else if err != nil {
			return nil, missing
		}
	}
}

func (m *model) missing(vm, key string) error {
	if vm == "" {
		return fmt.Errorf("the vCenter has no VM with the uuid %q or the inventory_path %q", m.UUID.ValueString(), m.InventoryPath.ValueString())
	}
	return fmt.Errorf("the VM %s has no key %s: check service, and that the appliance is up with VMware Tools running", vm, key)
}

// find returns the managed object ID of the VM, "" if there is no VM yet.
func (m *model) find(ctx context.Context, client *vcenter.Client) (string, error) {
	switch {
	case !m.UUID.IsNull():
		return client.FindByUUID(ctx, m.UUID.ValueString())
	case !m.InventoryPath.IsNull():
		return client.FindByInventoryPath(ctx, m.InventoryPath.ValueString())
	}
	return m.VMID.ValueString(), nil
}

func (m *model) show(c *x509.Certificate) {
	m.PEM = types.StringValue(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})))
	m.Certificate = types.StringValue(base64.StdEncoding.EncodeToString(c.Raw))
	m.Thumbprint = types.StringValue(tlsutil.Thumbprint(c))
	m.Subject = types.StringValue(c.Subject.String())
	m.Issuer = types.StringValue(c.Issuer.String())
	m.NotBefore = types.StringValue(c.NotBefore.UTC().Format(time.RFC3339))
	m.NotAfter = types.StringValue(c.NotAfter.UTC().Format(time.RFC3339))
}
