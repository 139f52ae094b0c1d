package replicationbase

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

var notEmpty = []validator.String{stringvalidator.LengthAtLeast(1)}

// NetworkAttribute describes the network settings of a replication. The network
// cards are those of one VM, or of each VM of a vApp by its id.
func NetworkAttribute(nics schema.Attribute) schema.SingleNestedAttribute {
	half := func(description string) schema.SingleNestedAttribute {
		return schema.SingleNestedAttribute{Optional: true, MarkdownDescription: description, Attributes: map[string]schema.Attribute{
			"copy_source_networks": schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether the networks of the source vApp are created at the destination. `false` by default."},
			"network_mappings": schema.ListNestedAttribute{
				Optional: true, MarkdownDescription: "Networks of the destination that replace networks of the source.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"source_network":           schema.StringAttribute{Required: true, MarkdownDescription: "Name of the network at the source.", Validators: notEmpty},
					"destination_network_id":   schema.StringAttribute{Required: true, CustomType: customtypes.UUIDType, MarkdownDescription: "Id of the network at the destination.", Validators: []validator.String{customtypes.UUIDType.Validator()}},
					"destination_network_name": schema.StringAttribute{Optional: true, MarkdownDescription: "Name of the network at the destination, for display.", Validators: notEmpty},
				}},
			},
			"nics":                nics,
			"primary_nic":         schema.Int64Attribute{Optional: true, MarkdownDescription: "Index of the primary network card.", Validators: []validator.Int64{int64validator.AtLeast(0)}},
			"copy_source_nics":    schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether the network cards of the source are copied, instead of those in `nics`. `false` by default."},
			"computer_name":       schema.StringAttribute{Optional: true, MarkdownDescription: "Computer name after the recovery.", Validators: notEmpty},
			"guest_customization": schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether the guest is customized. Default: that of the appliance."},
		}}
	}
	return schema.SingleNestedAttribute{
		Optional:            true,
		MarkdownDescription: "Networks after a recovery. They replace all settings that the appliance has stored, and are not read back: a change outside Terraform is not detected. If the attribute is left out, they are not managed.",
		Attributes: map[string]schema.Attribute{
			"failover":      half("Networks after a failover or a migration."),
			"failover_test": half("Networks in a failover test."),
		},
	}
}

// NICs is the attribute of the network cards of one VM.
func NICs() schema.ListNestedAttribute {
	return schema.ListNestedAttribute{Optional: true, MarkdownDescription: "Network cards after the recovery.", NestedObject: nicObject()}
}

// allocationModes are the ways in which a network card gets its address.
var allocationModes = []string{"DHCP", "MANUAL", "NONE", "POOL"}

func nicObject() schema.NestedAttributeObject {
	return schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
		"index":              schema.Int64Attribute{Required: true, MarkdownDescription: "Index of the network card, from 0.", Validators: []validator.Int64{int64validator.AtLeast(0)}},
		"connected":          schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether it is connected. Connected by default."},
		"network":            schema.StringAttribute{Optional: true, MarkdownDescription: "Name of its network.", Validators: notEmpty},
		"ip_address":         schema.StringAttribute{Optional: true, MarkdownDescription: "Its address, with the mode `MANUAL`.", Validators: []validator.String{base.ValidBy(values.IPAddress)}},
		"ip_allocation_mode": schema.StringAttribute{Optional: true, MarkdownDescription: "How it gets its address: `DHCP`, `MANUAL`, `NONE` or `POOL`.", Validators: []validator.String{stringvalidator.OneOf(allocationModes...)}},
		"reset_mac_address":  schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether it gets a new MAC address."},
	}}
}

type networkModel struct {
	Failover     types.Object `tfsdk:"failover"`
	FailoverTest types.Object `tfsdk:"failover_test"`
}

// networkHalf is the model of one half; N is the type of nics.
type networkHalf[N any] struct {
	CopySourceNetworks types.Bool       `tfsdk:"copy_source_networks"`
	Mappings           []networkMapping `tfsdk:"network_mappings"`
	NICs               N                `tfsdk:"nics"`
	PrimaryNIC         types.Int64      `tfsdk:"primary_nic"`
	CopySourceNICs     types.Bool       `tfsdk:"copy_source_nics"`
	ComputerName       types.String     `tfsdk:"computer_name"`
	Customize          types.Bool       `tfsdk:"guest_customization"`
}

type networkMapping struct {
	Source          types.String                 `tfsdk:"source_network"`
	DestinationID   customtypes.NormalizedString `tfsdk:"destination_network_id"`
	DestinationName types.String                 `tfsdk:"destination_network_name"`
}

type nic struct {
	Index     types.Int64  `tfsdk:"index"`
	Connected types.Bool   `tfsdk:"connected"`
	Network   types.String `tfsdk:"network"`
	Address   types.String `tfsdk:"ip_address"`
	Mode      types.String `tfsdk:"ip_allocation_mode"`
	ResetMAC  types.Bool   `tfsdk:"reset_mac_address"`
}

// The network settings as the API has them.
type (
	wireNetwork struct {
		Failover     any `json:"failoverSettings,omitempty"`
		FailoverTest any `json:"failoverTestSettings,omitempty"`
	}
	wireHalf struct {
		VApp wireVAppNetwork `json:"vAppNetworkSettings"`
		VM   any             `json:"vmNetworkSettings,omitempty"`
	}
	wireVAppNetwork struct {
		CopySourceNetworks bool          `json:"copySourceNetworks"`
		Mappings           []wireMapping `json:"networkMappings,omitempty"`
	}
	wireMapping struct {
		Source      string `json:"sourceNetworkName"`
		Destination wireID `json:"destinationOrgVdcNetwork"`
	}
	wireID struct {
		ID   string `json:"id"`
		Name string `json:"name,omitempty"`
	}
	wireVMNetwork struct {
		PrimaryNIC     *int64    `json:"primaryNicIndex,omitempty"`
		CopySourceNICs bool      `json:"copySourceNicSettings"`
		ComputerName   string    `json:"computerName,omitempty"`
		Customize      *bool     `json:"enableGuestCustomization,omitempty"`
		NICs           []wireNIC `json:"nics,omitempty"`
	}
	wireNIC struct {
		Index     int64  `json:"nicIndex"`
		Connected bool   `json:"isConnected"`
		Network   string `json:"network,omitempty"`
		Address   string `json:"ipAddress,omitempty"`
		Mode      string `json:"ipAddressAllocationMode,omitempty"`
		ResetMAC  bool   `json:"resetMacAddress"`
	}
)

// NetworkOfVM converts the network settings of one VM, nil if there are none.
func NetworkOfVM(ctx context.Context, object types.Object) (any, diag.Diagnostics) {
	return network(ctx, object, func(half networkHalf[[]nic]) (any, error) { return half.vm(half.NICs), nil })
}

// NetworkOfVApp converts the network settings of a vApp, nil if there are none.
func NetworkOfVApp(ctx context.Context, object types.Object) (any, diag.Diagnostics) {
	return network(ctx, object, func(half networkHalf[types.Dynamic]) (any, error) {
		cards, err := nicsByVM(half.NICs)
		byVM := map[string]wireVMNetwork{}
		for id, nics := range cards {
			byVM[id] = half.vm(nics)
		}
		return byVM, err
	})
}

func network[N any](ctx context.Context, object types.Object, vm func(networkHalf[N]) (any, error)) (any, diag.Diagnostics) {
	if object.IsNull() || object.IsUnknown() {
		return nil, nil
	}
	m, diags := As[networkModel](ctx, object)
	half := func(from types.Object) any {
		if from.IsNull() {
			return nil
		}
		h, more := As[networkHalf[N]](ctx, from)
		diags.Append(more...)
		ofVMs, err := vm(h)
		if err != nil { // the schema has checked the values that were known then
			diags.AddAttributeError(path.Root("network_settings"), "Invalid nics", err.Error())
		}
		return wireHalf{VApp: h.vapp(), VM: ofVMs}
	}
	out := wireNetwork{Failover: half(m.Failover), FailoverTest: half(m.FailoverTest)}
	return out, diags
}

func (h networkHalf[N]) vapp() wireVAppNetwork {
	out := wireVAppNetwork{CopySourceNetworks: h.CopySourceNetworks.ValueBool()}
	for _, m := range h.Mappings {
		out.Mappings = append(out.Mappings, wireMapping{
			Source: m.Source.ValueString(), Destination: wireID{ID: sentID(m.DestinationID.ValueString()), Name: m.DestinationName.ValueString()},
		})
	}
	return out
}

func (h networkHalf[N]) vm(nics []nic) wireVMNetwork {
	out := wireVMNetwork{
		PrimaryNIC: knownInt(h.PrimaryNIC), CopySourceNICs: h.CopySourceNICs.ValueBool(), ComputerName: h.ComputerName.ValueString(), Customize: knownBool(h.Customize),
	}
	for _, n := range nics {
		out.NICs = append(out.NICs, wireNIC{
			Index: n.Index.ValueInt64(), Connected: n.Connected.IsNull() || n.Connected.ValueBool(), Network: n.Network.ValueString(),
			Address: n.Address.ValueString(), Mode: n.Mode.ValueString(), ResetMAC: n.ResetMAC.ValueBool(),
		})
	}
	return out
}
