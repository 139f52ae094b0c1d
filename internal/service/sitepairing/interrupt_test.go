package sitepairing_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// interruptAt runs a change and interrupts it at the first matching request, before its response.
func interruptAt(t *testing.T, a *simulator.Appliance, prior direct.Object, config direct.Values, at func(*http.Request) bool) (direct.Object, direct.Diagnostics) {
	t.Helper()
	p := newProcess(t, a)
	plan := p.Plan(t, pairingType, prior, config)
	if errors := plan.Diagnostics.Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	callAt(a, at, func() { p.Stop(t) })
	defer a.BeforeResponse(nil)
	return p.Apply(t, plan)
}

// interruptCreate creates a pairing and interrupts it. The task is frozen.
func interruptCreate(t *testing.T, a, b *simulator.Appliance, at func(*http.Request) bool) direct.Object {
	t.Helper()
	a.FreezeTasks(true)
	object, problems := interruptAt(t, a, none, values(b), at)
	requireWarning(t, problems, "Interrupted while pairing", "The appliance goes on with the task", "it can't be canceled")
	if object.Values == nil || object.Values["pending_task_id"] == nil || object.Values["id"] != nil {
		t.Fatalf("state %v", object.Values)
	}
	return object
}

// interruptPoints are the requests at which a create is interrupted.
var interruptPoints = map[string]func(*http.Request) bool{"at once": isPair, "later": isPoll}

// TestInterrupt_create: Ctrl-C leaves a state with the task, a warning, and no error of the provider. The next
// refresh waits for the task and sets the other values.
func TestInterrupt_create(t *testing.T) {
	t.Parallel()
	runConcurrently(t, onBothServices(interruptPoints), func(t *testing.T, c serviceCase[func(*http.Request) bool]) {
		a, b := startSites(t, c.service, 50*time.Millisecond)
		object := interruptCreate(t, a, b, c.value)
		callAt(a, isPoll, func() { a.FreezeTasks(false) })
		settled, problems := readAgain(t, a, object)
		if len(problems) > 0 {
			t.Error(problems.Errors(), problems.Warnings())
		}
		requireComplete(t, a, settled)
		if plan := newProcess(t, a).Plan(t, pairingType, settled, values(b)); fmt.Sprint(plan.Values) != fmt.Sprint(settled.Values) {
			t.Errorf("the next plan changes %v to %v", settled.Values, plan.Values)
		}
		requireSent(t, a, 1, 0, 0)
	})
}

// TestInterrupt_taskNeverEnds: a refresh that times out keeps the state and warns.
func TestInterrupt_taskNeverEnds(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		object := interruptCreate(t, a, b, isPair)
		object.Values["timeouts"] = direct.Values{"create": nil, "read": "1s", "update": nil, "delete": nil}
		same, problems := readAgain(t, a, object)
		requireWarning(t, problems, "A task is still running", "The state is left as it is")
		if fmt.Sprint(same.Values) != fmt.Sprint(object.Values) {
			t.Errorf("state %v became %v", object.Values, same.Values)
		}
	})
}

// TestInterrupt_thenDestroy: a destroy waits for the task before it unpairs.
func TestInterrupt_thenDestroy(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		object := interruptCreate(t, a, b, isPair)
		callAt(a, isPoll, func() {
			requireSent(t, a, 1, 0, 0)
			a.FreezeTasks(false)
		})
		requireGone(t, a, applyConfig(t, a, object, nil))
		requireSent(t, a, 1, 0, 1)
	})
}

// TestInterrupt_thenUpdate: an update waits for the task too.
func TestInterrupt_thenUpdate(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		object := interruptCreate(t, a, b, isPair)
		callAt(a, isPoll, func() {
			requireSent(t, a, 1, 0, 0)
			a.FreezeTasks(false)
		})
		requireComplete(t, a, applyConfig(t, a, object, values(b, "description", "changed")))
		requireSent(t, a, 1, 1, 0)
	})
}

// TestInterrupt_taskFails: the task fails, and the site is paired outside Terraform. Neither a refresh nor a destroy
// treats that pairing as the resource's.
func TestInterrupt_taskFails(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		a.FailNextTask("pair", "SiteUnreachable", "No answer.")
		object := interruptCreate(t, a, b, isPair)
		a.FreezeTasks(false)
		a.Pair("site-b")
		none, problems := readAgain(t, a, object)
		requireWarning(t, problems, "An interrupted operation has failed", "SiteUnreachable: No answer.")
		requireNoState(t, none)
		requireNoState(t, applyConfig(t, a, object, nil))
		_, problems = attempt(t, a, object, values(b, "description", "x"))
		requireError(t, problems, "SiteUnreachable: No answer.")
		if len(a.Sites()) != 1 {
			t.Error("the pairing from outside Terraform was removed")
		}
		requireSent(t, a, 1, 0, 0)
	})
}

// TestInterrupt_taskIsForgotten: the appliance restarts and loses the task. The list decides, after some time.
func TestInterrupt_taskIsForgotten(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		object := interruptCreate(t, a, b, isPair)
		a.Restart()
		looks := 0
		a.BeforeResponse(func(r *http.Request) {
			if r.Method == http.MethodGet && r.URL.Path == "/sites" {
				if looks++; looks == 2 { // the task takes effect after the first list
					a.FreezeTasks(false)
				}
			}
		})
		settled, problems := readAgain(t, a, object)
		if len(problems.Errors()) > 0 {
			t.Fatal(problems.Errors())
		}
		requireComplete(t, a, settled)
		requireSent(t, a, 1, 0, 0)
	})
}

// TestInterrupt_taskIsHidden: the user can't see the task. While the site is not listed, the task may still run, so
// the state stays.
func TestInterrupt_taskIsHidden(t *testing.T) {
	t.Parallel()
	a, b := startSites(t, simulator.Manager, 50*time.Millisecond)
	object := interruptCreate(t, a, b, isPair)
	a.HideTasks(true)
	same, problems := readAgain(t, a, object)
	requireWarning(t, problems, "A task is still running")
	if fmt.Sprint(same.Values) != fmt.Sprint(object.Values) {
		t.Errorf("state %v became %v", object.Values, same.Values)
	}
	a.FreezeTasks(false)
	settled, _ := readAgain(t, a, object)
	requireComplete(t, a, settled)
}

// TestInterrupt_beforeTheRequest: no request was sent, so there is no task to wait for.
func TestInterrupt_beforeTheRequest(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		object, problems := interruptAt(t, a, none, values(b), func(r *http.Request) bool { return r.URL.Path == "/tasks" })
		requireError(t, problems, "The operation was interrupted.")
		requireGone(t, a, object)
		requireSent(t, a, 0, 0, 0)
	})
}

// TestInterrupt_update: an interrupted update keeps the state, names the task, and can be run again.
func TestInterrupt_update(t *testing.T) {
	t.Parallel()
	fits := map[string]func(*http.Request) bool{
		"at once": func(r *http.Request) bool { return r.Method == http.MethodPut },
		"later":   isPoll,
	}
	runConcurrently(t, onBothServices(fits), func(t *testing.T, c serviceCase[func(*http.Request) bool]) {
		a, b := startSites(t, c.service, 50*time.Millisecond)
		made := applyConfig(t, a, none, values(b))
		a.FreezeTasks(true)
		kept, problems := interruptAt(t, a, made, values(b, "description", "two"), c.value)
		requireError(t, problems, "The operation was interrupted.", "The appliance goes on with the task", "Run again")
		if kept.Values["id"] != made.Values["id"] || kept.Values["description"] != "" || kept.Values["pending_task_id"] == nil {
			t.Errorf("state %v", kept.Values)
		}
		callAt(a, isPoll, func() { a.FreezeTasks(false) })
		settled, _ := readAgain(t, a, kept)
		requireComplete(t, a, settled)
		if settled.Values["description"] != "two" {
			t.Errorf("state %v", settled.Values)
		}
		requireSent(t, a, 1, 1, 0)
	})
}

func TestInterrupt_delete(t *testing.T) {
	t.Parallel()
	fits := map[string]func(*http.Request) bool{
		"at once": func(r *http.Request) bool { return r.Method == http.MethodDelete && r.URL.Path != "/sessions" },
		"later":   isPoll,
	}
	runConcurrently(t, onBothServices(fits), func(t *testing.T, c serviceCase[func(*http.Request) bool]) {
		a, b := startSites(t, c.service, 50*time.Millisecond)
		made := applyConfig(t, a, none, values(b))
		a.FreezeTasks(true)
		kept, problems := interruptAt(t, a, made, nil, c.value)
		requireError(t, problems, "The operation was interrupted.", "The appliance goes on with the task")
		if kept.Values["id"] != made.Values["id"] || kept.Values["pending_task_id"] == nil {
			t.Errorf("state %v", kept.Values)
		}
		callAt(a, isPoll, func() { a.FreezeTasks(false) })
		requireGone(t, a, applyConfig(t, a, kept, nil))
		requireSent(t, a, 1, 0, 1)
	})
}

// TestTimeout_updateAndDelete: an update or a delete that times out keeps the state, and can be run again.
func TestTimeout_updateAndDelete(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		made := applyConfig(t, a, none, values(b))
		a.FreezeTasks(true)
		kept, problems := attempt(t, a, made, withTimeout(b, "update", shortTime, "description", "two"))
		requireError(t, problems, "The operation timed out", "The appliance goes on with the task", "Run again")
		if kept.Values["description"] != "" || kept.Values["pending_task_id"] == nil {
			t.Errorf("state %v", kept.Values)
		}
		a.FreezeTasks(false)
		changed := applyConfig(t, a, kept, withTimeout(b, "delete", shortTime, "description", "two"))
		requireComplete(t, a, changed)
		a.FreezeTasks(true)
		kept, problems = attempt(t, a, changed, nil)
		requireError(t, problems, "The operation timed out", "The appliance goes on with the task")
		if kept.Values["id"] == nil || kept.Values["pending_task_id"] == nil {
			t.Errorf("state %v", kept.Values)
		}
		a.FreezeTasks(false)
		settled, _ := readAgain(t, a, kept)
		requireGone(t, a, settled)
		requireSent(t, a, 1, 2, 1)
	})
}

// plugins returns the provider processes of a CLI.
func plugins(t *testing.T, cli int) []*os.Process {
	t.Helper()
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // a constant pattern is never wrong
	var found []*os.Process
	for _, file := range stats {
		text, _ := os.ReadFile(file) // the process may have ended
		_, rest, ok := strings.Cut(string(text), ") ")
		if fields := strings.Fields(rest); ok && len(fields) > 1 && fields[1] == strconv.Itoa(cli) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			if process, err := os.FindProcess(pid); err == nil {
				found = append(found, process)
			}
		}
	}
	return found
}

// interruptApply runs an apply of the real provider and calls end with the process of the CLI at the first matching
// request, before its response.
func interruptApply(t *testing.T, a *simulator.Appliance, w *acctest.Workspace, at func(*http.Request) bool, end func(cli *os.Process)) string {
	t.Helper()
	command := w.Command(t, "apply", "-auto-approve", "-no-color")
	out, err := os.Create(filepath.Join(t.TempDir(), "output")) // a file, since a plugin that outlives the CLI would hold a pipe
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	command.Stdout, command.Stderr = out, out
	started := make(chan struct{})
	callAt(a, at, func() {
		<-started
		end(command.Process)
	})
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	close(started)
	_ = command.Wait() // an interrupted apply fails
	a.BeforeResponse(nil)
	text, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestInterrupt_commandLine interrupts the CLI: Terraform saves the state and shows the warning, and the next apply
// changes nothing.
func TestInterrupt_commandLine(t *testing.T) {
	acctest.CurrentCLI(t)
	t.Parallel()
	runConcurrently(t, map[string]serviceCase[func(*http.Request) bool]{
		"manager, at once": {simulator.Manager, interruptPoints["at once"]},
		"cloud, later":     {simulator.Cloud, interruptPoints["later"]},
	}, func(t *testing.T, c serviceCase[func(*http.Request) bool]) {
		a, b := startSitesInRealTime(t, c.service, 50*time.Millisecond)
		w := acctest.NewWorkspace(t, config(a, argumentsFor(b)))
		a.FreezeTasks(true)
		out := interruptApply(t, a, w, c.value, func(cli *os.Process) { _ = cli.Signal(os.Interrupt) })
		acctest.RequireTexts(t, out, "Warning: Interrupted while pairing", "The appliance goes on with the task")
		acctest.RequireNoTexts(t, out, "Error: Unable to")
		if live := a.Stats().LiveSessions; live != 0 {
			t.Errorf("%d sessions are left", live)
		}
		state := w.MustRun(t, "state", "show", "-no-color", address)
		acctest.RequireTexts(t, state, "pending_task_id = \"")
		acctest.RequireNoTexts(t, state, "tainted")

		a.FreezeTasks(false)
		acctest.RequireTexts(t, w.MustRun(t, "apply", "-auto-approve", "-no-color"), "0 added, 0 changed, 0 destroyed")
		acctest.RequireNoTexts(t, w.MustRun(t, "state", "show", "-no-color", address), "pending_task_id = \"")
		requireSent(t, a, 1, 0, 0)
	})
}

// TestKill_commandLine kills the provider, or the CLI, with SIGKILL: nothing was
// saved, and the next apply adopts the pairing.
func TestKill_commandLine(t *testing.T) {
	acctest.CurrentCLI(t)
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("processes are found in /proc")
	}
	t.Parallel()
	type death struct {
		cli   bool // the CLI dies, else the provider
		at    func(*http.Request) bool
		ended bool // whether the task has ended before the next apply
	}
	// Each value meets each value of another column. TestAdoption_afterACreateCutShort has all combinations.
	cases := map[string]serviceCase[death]{
		"manager, provider, at once, task runs": {simulator.Manager, death{false, interruptPoints["at once"], false}},
		"manager, CLI, later, task ended":       {simulator.Manager, death{true, interruptPoints["later"], true}},
		"cloud, provider, later, task runs":     {simulator.Cloud, death{false, interruptPoints["later"], false}},
		"cloud, CLI, at once, task runs":        {simulator.Cloud, death{true, interruptPoints["at once"], false}},
		"cloud, provider, at once, task ended":  {simulator.Cloud, death{false, interruptPoints["at once"], true}},
	}
	runConcurrently(t, cases, func(t *testing.T, c serviceCase[death]) {
		a, b := startSitesInRealTime(t, c.service, 50*time.Millisecond)
		w := acctest.NewWorkspace(t, config(a, argumentsFor(b).with(arguments{"adopt_existing": "true"})))
		a.FreezeTasks(true)
		interruptApply(t, a, w, c.value.at, func(cli *os.Process) { kill(t, cli, c.value.cli) })
		if c.value.ended {
			a.FreezeTasks(false)
		} else {
			callAt(a, isPoll, func() { a.FreezeTasks(false) })
		}
		out := w.MustRun(t, "apply", "-auto-approve", "-no-color")
		acctest.RequireTexts(t, out, "The pairing with the site site-b is adopted", "1 added, 0 changed, 0 destroyed")
		acctest.RequireTexts(t, w.MustRun(t, "plan", "-no-color"), "No changes.")
		requireSent(t, a, 1, 0, 0)
	})
}

// kill ends the CLI or its provider at once. The provider of a killed CLI would keep running, so it is killed at the
// end of the test.
func kill(t *testing.T, cli *os.Process, itself bool) {
	t.Helper()
	providers := plugins(t, cli.Pid)
	if len(providers) == 0 {
		t.Error("no provider process was found")
	}
	if itself {
		_ = cli.Kill()
	}
	for _, provider := range providers {
		if itself {
			t.Cleanup(func() { _ = provider.Kill() })
		} else {
			_ = provider.Kill()
		}
	}
}

// TestInterrupt_thenChangedUnread: values that an interrupted create has left null are unknown in the plan of a
// change without a refresh. The apply keeps the values that the plan knows.
func TestInterrupt_thenChangedUnread(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		cut := interruptCreate(t, a, b, isPoll)
		a.FreezeTasks(false)
		v := values(b, "description", "two")
		if a.Service() == simulator.Manager { // which learns the name
			cut.Values["site"] = nil
			delete(v, "site")
		}
		p := newProcess(t, a)
		plan := p.Plan(t, pairingType, cut, v)
		if plan.Values["id"] != direct.Unknown || a.Service() == simulator.Manager && plan.Values["site"] != direct.Unknown {
			t.Errorf("id is planned as %v, site as %v", plan.Values["id"], plan.Values["site"])
		}
		changed := apply(t, p, plan)
		for name, planned := range plan.Values {
			if planned != direct.Unknown && planned != changed.Values[name] && name != "timeouts" && name != "repair_triggers" {
				t.Errorf("%s was planned as %v, and is %v", name, planned, changed.Values[name])
			}
		}
		requireComplete(t, a, changed)
	})
}
