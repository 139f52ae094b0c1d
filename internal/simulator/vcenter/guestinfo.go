package vcenter

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/vmware/govmomi/vim25/types"
)

// VM is a virtual machine with its extra configuration.
type VM struct {
	ID, UUID, Path string // moId, BIOS UUID and inventory path, such as /dc/vm/folder/name
	ExtraConfig    map[string]string
}

// SetExtraConfig changes the extra configuration of a machine, as its guest does
// once it is up.
func (s *Server) SetExtraConfig(id, key, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.vms, func(vm VM) bool { return vm.ID == id })
	extra := maps.Clone(s.vms[i].ExtraConfig)
	if extra == nil {
		extra = map[string]string{}
	}
	extra[key] = value
	s.vms[i].ExtraConfig = extra
}

// verbatim is a body that is encoded already.
type verbatim []byte

// vmConfig is GET VirtualMachine/{moId}/config.
func (c *call) vmConfig() (reply, error) {
	for _, vm := range c.server.vms {
		if vm.ID == c.object {
			return reply{value: c.server.config(vm)}, nil
		}
	}
	return reply{}, refuse(&types.ManagedObjectNotFound{Obj: types.ManagedObjectReference{Type: "VirtualMachine", Value: c.object}})
}

// config is a VirtualMachineConfigInfo with the extra configuration only. The reference doesn't say whether a value
// is a bare string or has its type with it.
func (s *Server) config(vm VM) verbatim {
	extra := []any{}
	for _, key := range slices.Sorted(maps.Keys(vm.ExtraConfig)) {
		var value any = vm.ExtraConfig[key]
		if s.options.TypedValues {
			value = map[string]any{"_typeName": "string", "_value": value}
		}
		extra = append(extra, map[string]any{"_typeName": "OptionValue", "key": key, "value": value})
	}
	body, err := json.Marshal(map[string]any{"_typeName": "VirtualMachineConfigInfo", "uuid": vm.UUID, "extraConfig": extra})
	if err != nil {
		panic(err) // every value is made of plain values
	}
	return body
}

// findByUUID is SearchIndex/{moId}/FindByUuid.
func (c *call) findByUUID() (reply, error) {
	var in struct {
		UUID         string `json:"uuid"`
		VMSearch     bool   `json:"vmSearch"`
		InstanceUUID *bool  `json:"instanceUuid"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	return c.found(func(vm VM) bool { return in.VMSearch && strings.EqualFold(vm.UUID, in.UUID) })
}

// findByPath is SearchIndex/{moId}/FindByInventoryPath.
func (c *call) findByPath() (reply, error) {
	var in struct {
		InventoryPath string `json:"inventoryPath"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	return c.found(func(vm VM) bool { return strings.Trim(vm.Path, "/") == strings.Trim(in.InventoryPath, "/") })
}

// found returns the reference of a machine, or null.
func (c *call) found(matches func(VM) bool) (reply, error) {
	for _, vm := range c.server.vms {
		if matches(vm) {
			return reply{value: types.ManagedObjectReference{Type: "VirtualMachine", Value: vm.ID}}, nil
		}
	}
	return reply{value: verbatim("null")}, nil
}
