package sitepairing_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// identified checks that the identity of an object is its id, or empty.
func identified(t *testing.T, object direct.Object) {
	t.Helper()
	want := object.Values["id"]
	if want == nil {
		want = ""
	}
	if object.Identity["id"] != want || len(object.Identity) != 1 {
		t.Errorf("the identity is %v, the id %v", object.Identity, object.Values["id"])
	}
}

// TestIdentity: it is the id, through the whole life of a pairing, and a state
// from before identity gets one with the next read or change.
func TestIdentity(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		object := succeeds(t, a, none, values(b))
		identified(t, object)
		if object.Values["id"] == nil {
			t.Fatal("there is no id")
		}
		updated := succeeds(t, a, object, values(b, "description", "x"))
		identified(t, updated)

		updated.Identity = nil
		again, problems := refreshed(t, a, updated)
		if len(problems) > 0 {
			t.Error(problems.Errors(), problems.Warnings())
		}
		identified(t, again)
		identified(t, succeeds(t, a, updated, values(b, "description", "y")))

		a.Unpair("site-b")
		for _, identity := range []direct.Values{nil, again.Identity} {
			again.Identity = identity
			gone, problems := refreshed(t, a, again)
			if gone.Values != nil || len(problems) > 0 {
				t.Errorf("identity %v: state %v, %v", identity, gone.Values, problems.Errors())
			}
		}
	})
}

// TestIdentity_interruptedCreate: it is empty as long as there is no id, and the next
// refresh sets both, whatever comes of the task.
func TestIdentity_interruptedCreate(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		object := interrupted(t, a, b, isPoll)
		identified(t, object)
		pending := object
		pending.Values = direct.Values{"timeouts": direct.Values{"read": "300ms"}}
		for name, value := range object.Values {
			if name != "timeouts" {
				pending.Values[name] = value
			}
		}
		still, problems := refreshed(t, a, pending)
		warned(t, problems, "A task is still running")
		identified(t, still)

		a.FreezeTasks(false)
		settled, problems := refreshed(t, a, object)
		if len(problems) > 0 || settled.Values["id"] == nil {
			t.Errorf("state %v: %v %v", settled.Values, problems.Errors(), problems.Warnings())
		}
		identified(t, settled)
		identified(t, succeeds(t, a, object, values(b, "description", "changed without a refresh")))
	})
}

// TestIdentity_failedCreate: a create that was interrupted and failed leaves nothing.
func TestIdentity_failedCreate(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		a.FailNextTask("pair", "Broken", "It broke.")
		object := interrupted(t, a, b, isPoll)
		a.FreezeTasks(false)
		after, problems := refreshed(t, a, object)
		warned(t, problems, "An interrupted operation has failed")
		gone(t, a, after)
	})
}

// TestImport_byIdentity: an identity is an id and nothing else.
func TestImport_byIdentity(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		importing := func(id string) (direct.Object, direct.Diagnostics) {
			return process(t, a).Import(t, pairingType, "", direct.Values{"id": id})
		}
		_, problems := importing("site-b")
		one(t, problems, `Unable to import the site pairing "site-b"`, "The appliance is paired with no such site. There are no pairings: pair first")
		key := a.Pair("site-b")
		object, problems := importing(key)
		if len(problems) > 0 {
			t.Fatal(problems.Errors())
		}
		identified(t, object)
		object, _ = refreshed(t, a, object)
		complete(t, a, object)
		identified(t, object)
		for _, other := range []string{"", "site-x", otherURL(b)} {
			_, problems := importing(other)
			one(t, problems, "Give the id, which comes first, of one of these:", key+"  site-b  "+otherURL(b))
		}
		for _, id := range []string{key, "site-b", otherURL(b)} {
			object, problems := process(t, a).Import(t, pairingType, id, nil)
			if len(problems) > 0 || object.Values["id"] != key {
				t.Fatal(id, object.Values, problems.Errors())
			}
			identified(t, object)
		}
	})
}

// TestImport_blockByIdentity does it with the CLI, and shows what could be
// imported where the key is wrong.
func TestImport_blockByIdentity(t *testing.T) {
	acctest.SkipUnlessSupported(t, acctest.Identity)
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		key := a.Pair("site-b")
		block := func(id string) string {
			return config(a, of(b).with(arguments{"api_url": quoted(otherURL(b))})) + fmt.Sprintf("import {\n  to = %s\n  identity = { id = %q }\n}\n", address, id)
		}
		w := acctest.NewWorkspace(t, block("site-x"))
		out, code := w.Run(t, "plan", "-no-color")
		if code == 0 {
			t.Error("something else was imported")
		}
		acctest.RequireTexts(t, out, "The appliance is paired with no such site.", key+" site-b")
		acctest.RequireNoTexts(t, out, "This is always")
		w.Configure(t, block(key))
		acctest.RequireTexts(t, w.MustRun(t, "apply", "-no-color", "-auto-approve"), "1 imported, 0 added, 0 changed, 0 destroyed")
		w.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
		sent(t, a, 0, 0, 0)
	})
}

// TestIdentity_stateWithoutOne: the CLI goes on with a state from before identity,
// also where the pairing is gone.
func TestIdentity_stateWithoutOne(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		w := acctest.NewWorkspace(t, config(a, of(b)))
		w.MustRun(t, "apply", "-no-color", "-auto-approve")
		forgetIdentity(t, w)
		w.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
		a.Unpair("site-b")
		acctest.RequireTexts(t, w.MustRun(t, "plan", "-no-color"), "1 to add, 0 to change, 0 to destroy")
	})
}

// forgetIdentity takes the identities out of the state.
func forgetIdentity(t *testing.T, w *acctest.Workspace) {
	t.Helper()
	file := filepath.Join(w.Dir, "terraform.tfstate")
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var state map[string]any
	if err := json.Unmarshal(content, &state); err != nil {
		t.Fatal(err)
	}
	for _, r := range state["resources"].([]any) { //nolint:errcheck // the form of a state
		for _, i := range r.(map[string]any)["instances"].([]any) { //nolint:errcheck // likewise
			instance := i.(map[string]any) //nolint:errcheck // likewise
			delete(instance, "identity")
			delete(instance, "identity_schema_version")
		}
	}
	if content, err = json.Marshal(state); err != nil {
		t.Fatal(err)
	}
	w.Write(t, "terraform.tfstate", string(content))
}
