package base

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

// SameTriggers reports whether the triggers are equal. A null map and a null value count as no trigger.
func SameTriggers(a, b types.Map) bool { return maps.Equal(triggers(a), triggers(b)) }

func triggers(m types.Map) map[string]string {
	triggers := map[string]string{}
	for name, value := range m.Elements() {
		if text, ok := value.(types.String); ok && text.IsUnknown() {
			triggers[name] = "(unknown)"
		} else if ok && !text.IsNull() {
			triggers[name] = "=" + text.ValueString()
		}
	}
	if m.IsUnknown() {
		triggers["(unknown)"] = ""
	}
	return triggers
}
