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

// stopped runs a change that is interrupted at the first request that fits,
// before its answer comes.
func stopped(t *testing.T, a *simulator.Appliance, prior direct.Object, config direct.Values, at func(*http.Request) bool) (direct.Object, direct.Diagnostics) {
	t.Helper()
	p := process(t, a)
	plan := p.Plan(t, pairingType, prior, config)
	if errors := plan.Diagnostics.Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	when(a, at, func() { p.Stop(t) })
	defer a.BeforeResponse(nil)
	return p.Apply(t, plan)
}

// interrupted is a pairing whose create was interrupted; its task is frozen.
func interrupted(t *testing.T, a, b *simulator.Appliance, at func(*http.Request) bool) direct.Object {
	t.Helper()
	a.FreezeTasks(true)
	object, problems := stopped(t, a, none, values(b), at)
	warned(t, problems, "Interrupted while pairing", "The appliance goes on with the task", "it can't be canceled")
	if object.Values == nil || object.Values["pending_task_id"] == nil || object.Values["id"] != nil {
		t.Fatalf("state %v", object.Values)
	}
	return object
}

// moments are when a create may be interrupted after its request.
var moments = map[string]func(*http.Request) bool{"at once": isPair, "later": isPoll}

// TestInterrupt_create: Ctrl-C leaves a state that knows the task, a warning,
// and no error of ours. The next refresh waits for the task and tells the rest.
func TestInterrupt_create(t *testing.T) {
	t.Parallel()
	together(t, onBoth(moments), func(t *testing.T, c serviceCase[func(*http.Request) bool]) {
		a, b := estateOf(t, c.service, 50*time.Millisecond)
		object := interrupted(t, a, b, c.is)
		when(a, isPoll, func() { a.FreezeTasks(false) })
		settled, problems := refreshed(t, a, object)
		if len(problems) > 0 {
			t.Error(problems.Errors(), problems.Warnings())
		}
		complete(t, a, settled)
		if plan := process(t, a).Plan(t, pairingType, settled, values(b)); fmt.Sprint(plan.Values) != fmt.Sprint(settled.Values) {
			t.Errorf("the next plan changes %v to %v", settled.Values, plan.Values)
		}
		sent(t, a, 1, 0, 0)
	})
}

// TestInterrupt_taskNeverEnds: a refresh that runs out of time leaves the state
// as it is and says so.
func TestInterrupt_taskNeverEnds(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		object := interrupted(t, a, b, isPair)
		object.Values["timeouts"] = direct.Values{"create": nil, "read": "1s", "update": nil, "delete": nil}
		same, problems := refreshed(t, a, object)
		warned(t, problems, "A task is still running", "The state is left as it is")
		if fmt.Sprint(same.Values) != fmt.Sprint(object.Values) {
			t.Errorf("state %v became %v", object.Values, same.Values)
		}
	})
}

// TestInterrupt_thenDestroy: a destroy waits for the task before it unpairs.
func TestInterrupt_thenDestroy(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		object := interrupted(t, a, b, isPair)
		when(a, isPoll, func() {
			sent(t, a, 1, 0, 0)
			a.FreezeTasks(false)
		})
		gone(t, a, succeeds(t, a, object, nil))
		sent(t, a, 1, 0, 1)
	})
}

// TestInterrupt_thenUpdate: so does an update.
func TestInterrupt_thenUpdate(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		object := interrupted(t, a, b, isPair)
		when(a, isPoll, func() {
			sent(t, a, 1, 0, 0)
			a.FreezeTasks(false)
		})
		complete(t, a, succeeds(t, a, object, values(b, "description", "changed")))
		sent(t, a, 1, 1, 0)
	})
}

// TestInterrupt_taskFails: the task fails, and somebody else pairs. That
// pairing is not taken for ours: not by a refresh, not by a destroy.
func TestInterrupt_taskFails(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		a.FailNextTask("pair", "SiteUnreachable", "No answer.")
		object := interrupted(t, a, b, isPair)
		a.FreezeTasks(false)
		a.Pair("site-b")
		none, problems := refreshed(t, a, object)
		warned(t, problems, "An interrupted operation has failed", "SiteUnreachable: No answer.")
		left(t, none)
		left(t, succeeds(t, a, object, nil))
		_, problems = attempt(t, a, object, values(b, "description", "x"))
		one(t, problems, "SiteUnreachable: No answer.")
		if len(a.Sites()) != 1 {
			t.Error("somebody else's pairing was removed")
		}
		sent(t, a, 1, 0, 0)
	})
}

// TestInterrupt_taskIsForgotten: the appliance restarts and forgets the task. The
// list decides, and gets time to.
func TestInterrupt_taskIsForgotten(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		object := interrupted(t, a, b, isPair)
		a.Restart()
		looks := 0
		a.BeforeResponse(func(r *http.Request) {
			if r.Method == http.MethodGet && r.URL.Path == "/sites" {
				if looks++; looks == 2 { // the effect comes after the first look
					a.FreezeTasks(false)
				}
			}
		})
		settled, problems := refreshed(t, a, object)
		if len(problems.Errors()) > 0 {
			t.Fatal(problems.Errors())
		}
		complete(t, a, settled)
		sent(t, a, 1, 0, 0)
	})
}

// TestInterrupt_taskIsHidden: nobody shows the task to this user. As long as the
// site isn't listed, it may be running still: the state stays.
func TestInterrupt_taskIsHidden(t *testing.T) {
	t.Parallel()
	a, b := estateOf(t, simulator.Manager, 50*time.Millisecond)
	object := interrupted(t, a, b, isPair)
	a.HideTasks(true)
	same, problems := refreshed(t, a, object)
	warned(t, problems, "A task is still running")
	if fmt.Sprint(same.Values) != fmt.Sprint(object.Values) {
		t.Errorf("state %v became %v", object.Values, same.Values)
	}
	a.FreezeTasks(false)
	settled, _ := refreshed(t, a, object)
	complete(t, a, settled)
}

// TestInterrupt_beforeTheRequest: nothing was sent, so there is nothing to
// know.
func TestInterrupt_beforeTheRequest(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		object, problems := stopped(t, a, none, values(b), func(r *http.Request) bool { return r.URL.Path == "/tasks" })
		one(t, problems, "The operation was interrupted.")
		gone(t, a, object)
		sent(t, a, 0, 0, 0)
	})
}

// TestInterrupt_update: an update and a delete keep the state, know the task,
// and can be run again.
func TestInterrupt_update(t *testing.T) {
	t.Parallel()
	fits := map[string]func(*http.Request) bool{
		"at once": func(r *http.Request) bool { return r.Method == http.MethodPut },
		"later":   isPoll,
	}
	together(t, onBoth(fits), func(t *testing.T, c serviceCase[func(*http.Request) bool]) {
		a, b := estateOf(t, c.service, 50*time.Millisecond)
		made := succeeds(t, a, none, values(b))
		a.FreezeTasks(true)
		kept, problems := stopped(t, a, made, values(b, "description", "two"), c.is)
		one(t, problems, "The operation was interrupted.", "The appliance goes on with the task", "apply again")
		if kept.Values["id"] != made.Values["id"] || kept.Values["description"] != "" || kept.Values["pending_task_id"] == nil {
			t.Errorf("state %v", kept.Values)
		}
		when(a, isPoll, func() { a.FreezeTasks(false) })
		settled, _ := refreshed(t, a, kept)
		complete(t, a, settled)
		if settled.Values["description"] != "two" {
			t.Errorf("state %v", settled.Values)
		}
		sent(t, a, 1, 1, 0)
	})
}

func TestInterrupt_delete(t *testing.T) {
	t.Parallel()
	fits := map[string]func(*http.Request) bool{
		"at once": func(r *http.Request) bool { return r.Method == http.MethodDelete && r.URL.Path != "/sessions" },
		"later":   isPoll,
	}
	together(t, onBoth(fits), func(t *testing.T, c serviceCase[func(*http.Request) bool]) {
		a, b := estateOf(t, c.service, 50*time.Millisecond)
		made := succeeds(t, a, none, values(b))
		a.FreezeTasks(true)
		kept, problems := stopped(t, a, made, nil, c.is)
		one(t, problems, "The operation was interrupted.", "The appliance goes on with the task")
		if kept.Values["id"] != made.Values["id"] || kept.Values["pending_task_id"] == nil {
			t.Errorf("state %v", kept.Values)
		}
		when(a, isPoll, func() { a.FreezeTasks(false) })
		gone(t, a, succeeds(t, a, kept, nil))
		sent(t, a, 1, 0, 1)
	})
}

// TestTimeout_updateAndDelete: the time for an update or a delete runs out. The state stays, and
// the same can be run again.
func TestTimeout_updateAndDelete(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		made := succeeds(t, a, none, values(b))
		a.FreezeTasks(true)
		kept, problems := attempt(t, a, made, inTime(b, "update", shortTime, "description", "two"))
		one(t, problems, "The operation timed out", "The appliance goes on with the task", "apply again")
		if kept.Values["description"] != "" || kept.Values["pending_task_id"] == nil {
			t.Errorf("state %v", kept.Values)
		}
		a.FreezeTasks(false)
		changed := succeeds(t, a, kept, inTime(b, "delete", shortTime, "description", "two"))
		complete(t, a, changed)
		a.FreezeTasks(true)
		kept, problems = attempt(t, a, changed, nil)
		one(t, problems, "The operation timed out", "The appliance goes on with the task")
		if kept.Values["id"] == nil || kept.Values["pending_task_id"] == nil {
			t.Errorf("state %v", kept.Values)
		}
		a.FreezeTasks(false)
		settled, _ := refreshed(t, a, kept)
		gone(t, a, settled)
		sent(t, a, 1, 2, 1)
	})
}

// plugins are the provider processes of a CLI.
func plugins(t *testing.T, cli int) []*os.Process {
	t.Helper()
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // a constant pattern is never wrong
	var found []*os.Process
	for _, file := range stats {
		text, _ := os.ReadFile(file) // gone by now, perhaps
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

// cut runs an apply of the real provider and calls end with the process of
// the CLI at the first request that fits, before its answer comes.
func cut(t *testing.T, a *simulator.Appliance, w *acctest.Workspace, at func(*http.Request) bool, end func(cli *os.Process)) string {
	t.Helper()
	command := w.Command(t, "apply", "-auto-approve", "-no-color")
	out, err := os.Create(filepath.Join(t.TempDir(), "output")) // a file, since a plugin that outlives the CLI would hold a pipe
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	command.Stdout, command.Stderr = out, out
	started := make(chan struct{})
	when(a, at, func() {
		<-started
		end(command.Process)
	})
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	close(started)
	_ = command.Wait() // being cut short is no success
	a.BeforeResponse(nil)
	text, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestInterrupt_commandLine interrupts the CLI: state, warning and exit are those
// of Terraform, and the next apply has nothing to do.
func TestInterrupt_commandLine(t *testing.T) {
	acctest.CurrentCLI(t)
	t.Parallel()
	together(t, map[string]serviceCase[func(*http.Request) bool]{
		"manager, at once": {simulator.Manager, moments["at once"]},
		"cloud, later":     {simulator.Cloud, moments["later"]},
	}, func(t *testing.T, c serviceCase[func(*http.Request) bool]) {
		a, b := startBoth(t, c.service, 50*time.Millisecond)
		w := acctest.NewWorkspace(t, config(a, of(b)))
		a.FreezeTasks(true)
		out := cut(t, a, w, c.is, func(cli *os.Process) { _ = cli.Signal(os.Interrupt) })
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
		sent(t, a, 1, 0, 0)
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
		ended bool // the task has, when the next apply looks
	}
	// Each value meets each other one of another column; the combinations are in TestAdoption_afterACreateCutShort.
	cases := map[string]serviceCase[death]{
		"manager, provider, at once, task runs": {simulator.Manager, death{false, moments["at once"], false}},
		"manager, CLI, later, task ended":       {simulator.Manager, death{true, moments["later"], true}},
		"cloud, provider, later, task runs":     {simulator.Cloud, death{false, moments["later"], false}},
		"cloud, CLI, at once, task runs":        {simulator.Cloud, death{true, moments["at once"], false}},
		"cloud, provider, at once, task ended":  {simulator.Cloud, death{false, moments["at once"], true}},
	}
	together(t, cases, func(t *testing.T, c serviceCase[death]) {
		a, b := startBoth(t, c.service, 50*time.Millisecond)
		w := acctest.NewWorkspace(t, config(a, of(b).with(arguments{"adopt_existing": "true"})))
		a.FreezeTasks(true)
		cut(t, a, w, c.is.at, func(cli *os.Process) { kill(t, cli, c.is.cli) })
		if c.is.ended {
			a.FreezeTasks(false)
		} else {
			when(a, isPoll, func() { a.FreezeTasks(false) })
		}
		out := w.MustRun(t, "apply", "-auto-approve", "-no-color")
		acctest.RequireTexts(t, out, "The pairing with the site site-b is adopted", "1 added, 0 changed, 0 destroyed")
		acctest.RequireTexts(t, w.MustRun(t, "plan", "-no-color"), "No changes.")
		sent(t, a, 1, 0, 0)
	})
}

// kill ends the CLI or its provider at once. The provider of a dead CLI would
// live on: it is killed when the test ends.
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

// TestInterrupt_thenChangedUnread: what an interrupted create has left null is unknown
// in the plan of a change without a refresh, and what the plan knows is what comes.
func TestInterrupt_thenChangedUnread(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		cut := interrupted(t, a, b, isPoll)
		a.FreezeTasks(false)
		v := values(b, "description", "two")
		if a.Service() == simulator.Manager { // which learns the name
			cut.Values["site"] = nil
			delete(v, "site")
		}
		p := process(t, a)
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
		complete(t, a, changed)
	})
}
