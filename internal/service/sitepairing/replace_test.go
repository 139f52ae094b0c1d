package sitepairing_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// TestCreateBeforeDestroy: a pairing that is to be replaced by itself is never lost,
// whether or not it may be adopted.
func TestCreateBeforeDestroy(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		for _, adopt := range []string{"false", "true"} {
			text := strings.TrimSuffix(strings.TrimSpace(config(a, of(b).with(arguments{"adopt_existing": adopt}))), "}") + "  lifecycle {\n    create_before_destroy = true\n  }\n}\n"
			w := acctest.NewWorkspace(t, text)
			w.MustRun(t, "apply", "-no-color", "-auto-approve")
			before := a.Stats().Requests["DELETE /sites/{key}"]
			out, code := w.Run(t, "apply", "-no-color", "-auto-approve", "-replace="+address)
			if adopt == "false" && code == 0 || adopt == "true" && code != 0 {
				t.Errorf("adopt_existing = %s: exit code %d\n%s", adopt, code, out)
			}
			if adopt == "false" {
				acctest.RequireTexts(t, out, "create_before_destroy")
			}
			if n := a.Stats().Requests["DELETE /sites/{key}"]; n != before || len(a.Sites()) != 1 {
				t.Errorf("adopt_existing = %s: %d requests to unpair\n%s", adopt, n-before, out)
			}
			w.MustRun(t, "destroy", "-no-color", "-auto-approve")
			if len(a.Sites()) > 0 {
				t.Errorf("a pairing is left")
			}
		}
	})
}

// TestStateThatHoldsAPairingTwice: of a current and a deposed object for one pairing an
// apply only forgets the deposed one, and a destroy unpairs once.
func TestStateThatHoldsAPairingTwice(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		for _, command := range []string{"apply", "destroy"} {
			w := acctest.NewWorkspace(t, config(a, of(b)))
			w.MustRun(t, "apply", "-no-color", "-auto-approve")
			var state map[string]any
			if err := json.Unmarshal([]byte(w.MustRun(t, "state", "pull")), &state); err != nil {
				t.Fatal(err)
			}
			resource := state["resources"].([]any)[0].(map[string]any) //nolint:errcheck // else it panics
			instances := resource["instances"].([]any)                 //nolint:errcheck // else it panics
			deposed := map[string]any{"deposed": "00000001"}
			//nolint:errcheck // else it panics
			maps.Copy(deposed, instances[0].(map[string]any))
			delete(deposed, "private") // it was made by another create
			resource["instances"] = append(instances, deposed)
			state["serial"] = state["serial"].(float64) + 1 //nolint:errcheck // else it panics
			text, err := json.Marshal(state)
			if err != nil {
				t.Fatal(err)
			}
			w.Write(t, "twice.json", string(text))
			w.MustRun(t, "state", "push", "twice.json")
			before := a.Stats().Requests["DELETE /sites/{key}"]
			out := w.MustRun(t, command, "-no-color", "-auto-approve")
			want := map[string]int{"apply": 0, "destroy": 1}[command]
			if n := a.Stats().Requests["DELETE /sites/{key}"] - before; n != want || len(a.Sites()) != 1-want {
				t.Errorf("%s: %d requests to unpair, %d pairings\n%s", command, n, len(a.Sites()), out)
			}
			if command == "apply" {
				acctest.RequireTexts(t, out, "only removed from the state")
				acctest.RequireTexts(t, w.MustRun(t, "plan", "-no-color"), "No changes")
				w.MustRun(t, "destroy", "-no-color", "-auto-approve")
			}
		}
	})
}
