package provider_test

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// requireSessions checks that a number of provider processes has used the appliance
// since the last check. Each process logs in and out once.
func requireSessions(t *testing.T, a *simulator.Appliance, command string, processes int) {
	t.Helper()
	s := a.Stats()
	if s.Logins != processes || s.Logouts != processes || s.FailedLogins != 0 || s.LiveSessions != 0 {
		t.Errorf("%s: %d logins, %d logouts, %d refused, %d alive; want %d, %d and none", command, s.Logins, s.Logouts, s.FailedLogins, s.LiveSessions, processes, processes)
	}
	if s.PeakConcurrent > 8 {
		t.Errorf("%s: %d requests at once", command, s.PeakConcurrent)
	}
	a.ResetStats()
}

// startHub starts an appliance and n others.
func startHub(t *testing.T, service simulator.Service, n int) (*simulator.Appliance, []*simulator.Appliance) {
	t.Helper()
	options := []simulator.ApplianceOptions{{Site: "hub", Service: service, TaskDuration: 50 * time.Millisecond}}
	for i := range n {
		options = append(options, simulator.ApplianceOptions{Site: fmt.Sprintf("spoke-%02d", i), Service: service})
	}
	fixture := acctest.StartAppliances(t, options...)
	var spokes []*simulator.Appliance
	for _, o := range options[1:] {
		spokes = append(spokes, fixture.Appliance(o.Site))
	}
	return fixture.Appliance("hub"), spokes
}

func pairingBlocks(spokes []*simulator.Appliance) string {
	var all strings.Builder
	for i, s := range spokes {
		all.WriteString(strings.Replace(pairingBlock(s), `"b"`, fmt.Sprintf(`"s%d"`, i), 1))
	}
	return all.String()
}

// Each process has one session, also with many concurrent operations.
func TestSessions_onePerProcess(t *testing.T) {
	t.Parallel()
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			const n = 20
			hub, spokes := startHub(t, service, n)
			w := acctest.NewWorkspace(t, acctest.ProviderBlock(hub, "preflight = false")+pairingBlocks(spokes)) // preflight is limited in real time

			w.MustRun(t, "validate", "-no-color")
			if s := hub.Stats(); s.Total != 0 || s.Connections != 0 {
				t.Errorf("validate opened %d connections and sent %d requests", s.Connections, s.Total)
			}
			requireSessions(t, hub, "validate", 0)

			w.MustRun(t, "plan", "-no-color")
			requireSessions(t, hub, "plan of creates", 0)

			w.MustRun(t, "apply", "-no-color", "-auto-approve", "-parallelism=50")
			if posts := hub.Stats().Requests["POST /sites"]; posts != n || len(hub.Sites()) != n {
				t.Errorf("%d requests paired %d sites", posts, len(hub.Sites()))
			}
			requireSessions(t, hub, "apply", 1)

			w.MustRun(t, "plan", "-no-color", "-detailed-exitcode", "-parallelism=50")
			if lists := hub.Stats().Requests["GET /sites"]; lists == 0 {
				t.Error("the plan did not read the sites")
			}
			requireSessions(t, hub, "plan", 1)

			w.MustRun(t, "destroy", "-no-color", "-auto-approve", "-parallelism=50")
			if deletes := hub.Stats().Requests["DELETE /sites/{key}"]; deletes != n || len(hub.Sites()) != 0 {
				t.Errorf("%d requests left %d sites", deletes, len(hub.Sites()))
			}
			requireSessions(t, hub, "destroy", 2) // one process plans, another one destroys
		})
	}
}

// An interrupted apply ends its session. A terminal and "timeout" send the signal
// to all processes of the group, a wrapper only to the CLI.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	type stop struct {
		signal syscall.Signal
		toAll  bool
	}
	for name, test := range map[string]stop{
		"Ctrl-C to the CLI": {syscall.SIGINT, false}, "Ctrl-C to its group": {syscall.SIGINT, true},
		"SIGTERM to the CLI": {syscall.SIGTERM, false}, "SIGTERM to its group": {syscall.SIGTERM, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := acctest.TwoSites(simulator.Manager)
			options[0].TaskDuration = time.Hour
			fixture := acctest.StartAppliances(t, options...)
			a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
			waiting := make(chan struct{}, 100)
			a.BeforeResponse(func(r *http.Request) {
				if strings.HasPrefix(r.URL.Path, "/tasks/") {
					select {
					case waiting <- struct{}{}:
					default:
					}
				}
			})
			w := acctest.NewWorkspace(t, acctest.ProviderBlock(a)+pairingBlock(b))
			command := w.Command(t, "apply", "-no-color", "-auto-approve")
			command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				_ = command.Wait() // an interrupted apply fails
			}()
			select {
			case <-waiting:
			case <-ended:
				t.Fatal("the apply ended before its task")
			}
			target := command.Process.Pid
			if test.toAll {
				target = -target
			}
			if err := syscall.Kill(target, test.signal); err != nil {
				t.Fatal(err)
			}
			<-ended
			requireSessions(t, a, "interrupted apply", 2) // plan and apply
			out := w.MustRun(t, "state", "list")
			acctest.RequireTexts(t, out, "vcda_site_pairing.b")
		})
	}
}

// Terraform treats an action without a last event as a success, so an interrupted
// action must send one with an error.
func TestInterruptedAction_fails(t *testing.T) {
	acctest.SkipUnlessSupported(t, acctest.Actions)
	t.Parallel()
	a := acctest.StartAppliances(t).Appliance("site-a")
	id := a.Pair("site-b")
	a.FreezeTasks(true)
	w := acctest.NewWorkspace(t, acctest.ProviderBlock(a)+fmt.Sprintf("action \"vcda_site_repair\" \"b\" {\n  config { id = %q }\n}\n", id))
	command := w.Command(t, "apply", "-no-color", "-auto-approve", "-invoke=action.vcda_site_repair.b")
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var rest bytes.Buffer
	command.Stderr = &rest
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		out.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), "the task") { // a progress of the action
			if err := command.Process.Signal(syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = command.Wait() // it fails
	out.WriteString(rest.String())
	if code := command.ProcessState.ExitCode(); code == 0 {
		t.Errorf("exit code 0: %s", out.String())
	}
	acctest.RequireTexts(t, strings.ReplaceAll(out.String(), "│", ""), "Action failed: action.vcda_site_repair.b", "The operation was interrupted", "The appliance goes on with the task")
	acctest.RequireNoTexts(t, out.String(), "Apply complete")
}

// A provider for a debugger ends with the first signal, since no CLI ends it.
func TestInterrupt_debugged(t *testing.T) {
	t.Parallel()
	w := acctest.NewWorkspace(t, "")
	w.Install(t)
	installed, err := filepath.Glob(filepath.Join(w.Dir, "terraform.d", "plugins", "*", "*", "*", "*", "*", "*"))
	if err != nil || len(installed) != 1 {
		t.Fatalf("error %v, installed %q", err, installed)
	}
	command := exec.CommandContext(t.Context(), installed[0], "-debug")
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.Contains(lines.Text(), "TF_REATTACH_PROVIDERS") { // it serves
			if err := command.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := command.Wait(); err == nil || err.Error() != "signal: terminated" {
		t.Errorf("it ended with %v", err)
	}
}

// The URL comes from another resource: it is unknown in the plan and known in the
// apply.
func TestURL_unknown(t *testing.T) {
	t.Parallel()
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			fixture := acctest.StartAppliances(t, acctest.TwoSites(service)...)
			a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
			config := fmt.Sprintf("resource \"terraform_data\" \"vm\" {\n  input = %q\n}\n", a.URL()) +
				strings.Replace(acctest.ProviderBlock(a), fmt.Sprintf("url = %q", a.URL()), "url = terraform_data.vm.output", 1) +
				pairingBlock(b) + "data \"vcda_site\" \"b\" { id = vcda_site_pairing.b.id }\noutput \"site\" { value = data.vcda_site.b.site }\n"
			w := acctest.NewWorkspace(t, config)
			out := w.MustRun(t, "plan", "-no-color")
			acctest.RequireTexts(t, out, "Plan: 2 to add")
			requireSessions(t, a, "plan", 0)
			w.MustRun(t, "apply", "-no-color", "-auto-approve")
			requireSessions(t, a, "apply", 1)
			w.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
			requireSessions(t, a, "second plan", 1)
			acctest.RequireTexts(t, w.MustRun(t, "output", "-raw", "site"), "site-b")
			w.MustRun(t, "destroy", "-no-color", "-auto-approve")
			requireSessions(t, a, "destroy", 2)
			if len(a.Sites()) > 0 {
				t.Error("the pairing is still there")
			}
		})
	}
}

// Terraform shows the warning of insecure.
func TestInsecure_warns(t *testing.T) {
	t.Parallel()
	a := acctest.StartAppliances(t).Appliance("site-a")
	w := acctest.NewWorkspace(t, strings.Replace(acctest.ProviderBlock(a, "insecure = true"), "ca_certificate = <<-PEM\n"+a.CertificatePEM()+"PEM\n", "", 1)+sessionData)
	out := w.MustRun(t, "plan", "-no-color")
	acctest.RequireTexts(t, out, "Warning: Certificates are not checked", "Pin the certificate with thumbprint instead.")
	requireSessions(t, a, "plan", 1)
}
