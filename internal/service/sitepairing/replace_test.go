package sitepairing_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// TestReplace_createBeforeDestroy: a pairing that would replace itself is never lost, with and without adoption.
// TestAdoption covers the rest without the command line.
func TestReplace_createBeforeDestroy(t *testing.T) {
	t.Parallel()
	runConcurrently(t, map[string]serviceCase[bool]{
		"manager, refused": {simulator.Manager, false},
		"cloud, adopted":   {simulator.Cloud, true},
	}, func(t *testing.T, c serviceCase[bool]) {
		a, b := startSitesInRealTime(t, c.service, 0)
		text := strings.TrimSuffix(strings.TrimSpace(config(a, argumentsFor(b).with(arguments{"adopt_existing": fmt.Sprint(c.value)}))), "}") + "  lifecycle {\n    create_before_destroy = true\n  }\n}\n"
		w := acctest.NewWorkspace(t, text)
		w.MustRun(t, "apply", "-no-color", "-auto-approve")
		out, code := w.Run(t, "apply", "-no-color", "-auto-approve", "-replace="+address)
		if c.value != (code == 0) {
			t.Errorf("exit code %d\n%s", code, out)
		}
		if !c.value {
			acctest.RequireTexts(t, out, "create_before_destroy")
		}
		if n := a.Stats().Requests["DELETE /sites/{key}"]; n != 0 || len(a.Sites()) != 1 {
			t.Errorf("%d requests to unpair\n%s", n, out)
		}
		w.MustRun(t, "destroy", "-no-color", "-auto-approve")
		if len(a.Sites()) > 0 {
			t.Errorf("a pairing is left")
		}
	})
}

// TestReplace_stateHoldsAPairingTwice: of a current and a deposed object for one pairing, an apply only removes the
// deposed one from the state, and a destroy unpairs once. TestDelete_deposedObject covers both services.
func TestReplace_stateHoldsAPairingTwice(t *testing.T) {
	t.Parallel()
	runConcurrently(t, map[string]serviceCase[string]{
		"apply":   {simulator.Manager, "apply"},
		"destroy": {simulator.Cloud, "destroy"},
	}, func(t *testing.T, c serviceCase[string]) {
		a, b := startSitesInRealTime(t, c.service, 0)
		w := acctest.NewWorkspace(t, config(a, argumentsFor(b)))
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
		out := w.MustRun(t, c.value, "-no-color", "-auto-approve")
		want := map[string]int{"apply": 0, "destroy": 1}[c.value]
		if n := a.Stats().Requests["DELETE /sites/{key}"]; n != want || len(a.Sites()) != 1-want {
			t.Errorf("%d requests to unpair, %d pairings\n%s", n, len(a.Sites()), out)
		}
		if c.value == "apply" {
			acctest.RequireTexts(t, out, "only removed from the state")
			acctest.RequireTexts(t, w.MustRun(t, "plan", "-no-color"), "No changes")
		}
	})
}
