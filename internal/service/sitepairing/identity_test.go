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

// requireIdentity requires that the identity of an object is its id, or empty.
func requireIdentity(t *testing.T, object direct.Object) {
	t.Helper()
	want := object.Values["id"]
	if want == nil {
		want = ""
	}
	if object.Identity["id"] != want || len(object.Identity) != 1 {
		t.Errorf("the identity is %v, the id %v", object.Identity, object.Values["id"])
	}
}

// TestIdentity: the identity is the id throughout the life of a pairing. A state without an identity gets one with
// the next read or change.
func TestIdentity(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		object := applyConfig(t, a, none, values(b))
		requireIdentity(t, object)
		if object.Values["id"] == nil {
			t.Fatal("there is no id")
		}
		updated := applyConfig(t, a, object, values(b, "description", "x"))
		requireIdentity(t, updated)

		updated.Identity = nil
		again, problems := readAgain(t, a, updated)
		if len(problems) > 0 {
			t.Error(problems.Errors(), problems.Warnings())
		}
		requireIdentity(t, again)
		requireIdentity(t, applyConfig(t, a, updated, values(b, "description", "y")))

		a.Unpair("site-b")
		for _, identity := range []direct.Values{nil, again.Identity} {
			again.Identity = identity
			gone, problems := readAgain(t, a, again)
			if gone.Values != nil || len(problems) > 0 {
				t.Errorf("identity %v: state %v, %v", identity, gone.Values, problems.Errors())
			}
		}
	})
}

// TestIdentity_interruptedCreate: the identity is empty while there is no id, and the next refresh sets both, however
// the task ends.
func TestIdentity_interruptedCreate(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		object := interruptCreate(t, a, b, isPoll)
		requireIdentity(t, object)
		pending := object
		pending.Values = direct.Values{"timeouts": direct.Values{"read": "300ms"}}
		for name, value := range object.Values {
			if name != "timeouts" {
				pending.Values[name] = value
			}
		}
		still, problems := readAgain(t, a, pending)
		requireWarning(t, problems, "A task is still running")
		requireIdentity(t, still)

		a.FreezeTasks(false)
		settled, problems := readAgain(t, a, object)
		if len(problems) > 0 || settled.Values["id"] == nil {
			t.Errorf("state %v: %v %v", settled.Values, problems.Errors(), problems.Warnings())
		}
		requireIdentity(t, settled)
		requireIdentity(t, applyConfig(t, a, object, values(b, "description", "changed without a refresh")))
	})
}

// TestIdentity_failedCreate: an interrupted create that fails leaves no state.
func TestIdentity_failedCreate(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		a.FailNextTask("pair", "Broken", "It broke.")
		object := interruptCreate(t, a, b, isPoll)
		a.FreezeTasks(false)
		after, problems := readAgain(t, a, object)
		requireWarning(t, problems, "An interrupted operation has failed")
		requireGone(t, a, after)
	})
}

// TestImport_byIdentity: an identity is an id and nothing else.
func TestImport_byIdentity(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		importing := func(id string) (direct.Object, direct.Diagnostics) {
			return newProcess(t, a).Import(t, pairingType, "", direct.Values{"id": id})
		}
		_, problems := importing("site-b")
		requireError(t, problems, `Unable to import the site pairing "site-b"`, "The appliance is paired with no such site. There are no pairings: pair first")
		key := a.Pair("site-b")
		object, problems := importing(key)
		if len(problems) > 0 {
			t.Fatal(problems.Errors())
		}
		requireIdentity(t, object)
		object, _ = readAgain(t, a, object)
		requireComplete(t, a, object)
		requireIdentity(t, object)
		for _, other := range []string{"", "site-x", otherURL(b)} {
			_, problems := importing(other)
			requireError(t, problems, "Give the id, which comes first, of one of these:", key+"  site-b  "+otherURL(b))
		}
		for _, id := range []string{key, "site-b", otherURL(b)} {
			object, problems := newProcess(t, a).Import(t, pairingType, id, nil)
			if len(problems) > 0 || object.Values["id"] != key {
				t.Fatal(id, object.Values, problems.Errors())
			}
			requireIdentity(t, object)
		}
	})
}

// TestImport_blockByIdentity imports with the CLI by an identity. With a wrong key the error lists the right ones.
func TestImport_blockByIdentity(t *testing.T) {
	acctest.SkipUnlessSupported(t, acctest.Identity)
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		key := a.Pair("site-b")
		block := func(id string) string {
			return config(a, argumentsFor(b).with(arguments{"api_url": quoted(otherURL(b))})) + fmt.Sprintf("import {\n  to = %s\n  identity = { id = %q }\n}\n", address, id)
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
		requireSent(t, a, 0, 0, 0)
	})
}

// TestIdentity_stateWithoutOne: the CLI accepts a state without identities, also if the pairing is gone.
func TestIdentity_stateWithoutOne(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		w := acctest.NewWorkspace(t, config(a, argumentsFor(b)))
		w.MustRun(t, "apply", "-no-color", "-auto-approve")
		forgetIdentity(t, w)
		w.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
		a.Unpair("site-b")
		acctest.RequireTexts(t, w.MustRun(t, "plan", "-no-color"), "1 to add, 0 to change, 0 to destroy")
	})
}

// forgetIdentity removes the identities from the state.
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
