package messages_test

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/storware"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/vcenter"
)

// scenario runs a situation: it starts the systems, and records the messages.
type scenario struct {
	clock    *clocktest.Clock // of the provider and the appliances
	names    []string         // pairs: a text that differs in each run, and its name on the page
	messages []string
}

// record records the diagnostics of one call in the order of their attributes: the
// framework validates attributes in any order.
func (s *scenario) record(t *testing.T, d direct.Diagnostics) {
	t.Helper()
	order := func(one *tfprotov6.Diagnostic) string { return attribute(one.Attribute) + " " + one.Summary }
	slices.SortStableFunc(d, func(a, b *tfprotov6.Diagnostic) int { return cmp.Compare(order(a), order(b)) })
	for _, one := range d {
		severity := map[tfprotov6.DiagnosticSeverity]string{tfprotov6.DiagnosticSeverityError: "Error", tfprotov6.DiagnosticSeverityWarning: "Warning"}[one.Severity]
		text := severity + ": " + one.Summary + "\n"
		if at := attribute(one.Attribute); at != "" {
			text += "  with " + at + "\n"
		}
		s.messages = append(s.messages, text+"\n"+one.Detail)
	}
}

// attribute is a path as users write it, "" without one.
func attribute(path *tftypes.AttributePath) string {
	text := ""
	if path == nil {
		return text
	}
	for _, step := range path.Steps() {
		switch step := step.(type) {
		case tftypes.AttributeName:
			text += "." + string(step)
		default:
			text += fmt.Sprintf("[%v]", step)
		}
	}
	return strings.TrimPrefix(text, ".")
}

// recordText records a message that is not a diagnostic.
func (s *scenario) recordText(kind, text string) { s.messages = append(s.messages, kind+": "+text) }

// nameSystem names the address and the thumbprint of a system on the page.
func (s *scenario) nameSystem(name, address, thumbprint string) {
	u, err := url.Parse(address)
	if err != nil {
		panic(err) // the address of a server that runs
	}
	s.names = append(s.names, u.Host, name+".example.com", thumbprint, "SHA-256:(thumbprint of "+name+")")
}

// unstable are the texts that differ in each run, and what the page has instead.
var unstable = []struct {
	pattern     *regexp.Regexp
	replacement string
}{
	{regexp.MustCompile(`Operation ID: terraform-[0-9a-f-]{36}`), "Operation ID: terraform-(id)"},
	{regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), "(id)"},
	{regexp.MustCompile(`(valid (?:from|to): +)\S+`), "${1}(time)"},
	{regexp.MustCompile(`127\.0\.0\.1:\d+->`), ""}, // this end of a connection
	{regexp.MustCompile(`larger than \d+ (MiB|bytes)`), "larger than (limit)"},
	{regexp.MustCompile(`clock says \S+Z`), "clock says (time)"},
	{regexp.MustCompile(`current time \S+ is`), "current time (time) is"},
	{regexp.MustCompile(`at \d+ %`), "at (n) %"},
	{regexp.MustCompile(`began \S+, took [^.]+\.`), "began (time), took (duration)."},
	{regexp.MustCompile(`(last seen|was|is) (QUEUED|RUNNING)`), "$1 RUNNING"},
}

var local = regexp.MustCompile(`127\.0\.0\.1:\d+`)

// render returns the messages as the page shows them.
func (s *scenario) render(t *testing.T) string {
	t.Helper()
	var texts []string
	for _, text := range s.messages {
		text = strings.NewReplacer(s.names...).Replace(text)
		for _, u := range unstable {
			text = u.pattern.ReplaceAllString(text, u.replacement)
		}
		if address := local.FindString(text); address != "" && "https://"+address != unusedURL {
			t.Errorf("%s has no name: %s", address, text)
		}
		texts = append(texts, wrap(strings.TrimSpace(text)))
	}
	return strings.Join(texts, "\n\n---\n\n")
}

const width = 100

// wrap breaks long lines as the command lines do, except the summary and indented lines.
func wrap(text string) string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(line, " ") || out == nil { // the first one is the summary
			out = append(out, line)
			continue
		}
		row := ""
		for word := range strings.FieldsSeq(line) {
			if row != "" && len(row)+1+len(word) > width {
				out = append(out, row)
				row = ""
			}
			if row != "" {
				row += " "
			}
			row += word
		}
		out = append(out, row)
	}
	return strings.Join(out, "\n")
}

// unusedURL is an address at which nothing listens.
const unusedURL = "https://127.0.0.1:1"

// startAppliances starts the two appliances vcda-a and vcda-b, whose sites are site-a and
// site-b.
func (s *scenario) startAppliances(t *testing.T, service simulator.Service, changes ...func(*simulator.ApplianceOptions)) (a, b *simulator.Appliance) {
	t.Helper()
	options := acctest.TwoSites(service)
	for _, change := range changes {
		change(&options[0])
	}
	for i := range options {
		options[i].OnHang = func() { s.clock.Advance(time.Minute) } // longer than any timeout of a test
	}
	fixture := acctest.StartAppliancesAt(t, s.clock, options...)
	a, b = fixture.Appliance("site-a"), fixture.Appliance("site-b")
	s.nameSystem("vcda-a", a.URL(), a.Thumbprint())
	s.nameSystem("vcda-b", b.URL(), b.Thumbprint())
	return a, b
}

func (s *scenario) startVCenter(t *testing.T, o vcenter.Options) *vcenter.Server {
	t.Helper()
	v := acctest.VCenter(t, o)
	s.nameSystem("vcenter", v.URL(), v.Thumbprint())
	return v
}

func (s *scenario) startStorware(t *testing.T, switches storware.Switches) *storware.Server {
	t.Helper()
	server := acctest.Storware(t, storware.Options{Switches: switches})
	s.nameSystem("storware", server.URL(), server.Thumbprint())
	return server
}

// serve serves the provider without configuring it.
func (s *scenario) serve(t *testing.T) *direct.Provider {
	t.Helper()
	return direct.Serve(t, acctest.FactoriesAt(t, s.clock)["vcda"])
}

// configure serves the provider with a provider block, which must be valid.
func (s *scenario) configure(t *testing.T, block values) *direct.Provider {
	t.Helper()
	p := s.serve(t)
	if errors := p.Configure(t, block).Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	return p
}

// blockFor returns a provider block for an appliance and its root user, with changes.
// Without them, reads are not repeated and peers are not checked at plan time.
func blockFor(a *simulator.Appliance, changes values) values {
	user := a.Accounts().LocalUsers[0]
	all := values{
		"url": a.URL(), "thumbprint": a.Thumbprint(), "max_retries": 0, "preflight": false,
		"login": values{"local_user": values{"username": user.Username, "password": user.Password}},
	}
	maps.Copy(all, changes)
	return all
}

// connect serves the provider for an appliance.
func (s *scenario) connect(t *testing.T, a *simulator.Appliance) *direct.Provider {
	t.Helper()
	return s.configure(t, blockFor(a, nil))
}

// readData reads a data source.
func (s *scenario) readData(t *testing.T, p *direct.Provider, name string, config values) {
	t.Helper()
	_, d := p.ReadData(t, name, config)
	s.record(t, d)
}

// validateOrConfigure validates a provider block, and configures the provider with it if
// the validation has nothing to report.
func (s *scenario) validateOrConfigure(t *testing.T, block values) {
	t.Helper()
	p := s.serve(t)
	d := p.Validate(t, block)
	if len(d) == 0 {
		d = p.Configure(t, block)
	}
	s.record(t, d)
}

const pairingType = "vcda_site_pairing"

// noState is the state before a create.
var noState direct.Object

// pairingWith returns the configuration of a pairing with b, with changes.
func pairingWith(b *simulator.Appliance, changes values) values {
	all := values{"api_url": b.URL(), "api_thumbprint": b.Thumbprint(), "site": b.Site()}
	maps.Copy(all, changes)
	return all
}

// planAndApply plans a change of a pairing, and applies it if the plan has no error.
func (s *scenario) planAndApply(t *testing.T, p *direct.Provider, prior direct.Object, config values) {
	t.Helper()
	plan := p.Plan(t, pairingType, prior, config)
	s.record(t, plan.Diagnostics)
	if len(plan.Diagnostics.Errors()) > 0 {
		return
	}
	_, d := p.Apply(t, plan)
	s.record(t, d)
}

// mustCreate pairs a with b by another provider process. The link works.
func (s *scenario) mustCreate(t *testing.T, a, b *simulator.Appliance) direct.Object {
	t.Helper()
	b.Pair(a.Site())
	p := s.connect(t, a)
	object, d := p.Apply(t, p.Plan(t, pairingType, noState, pairingWith(b, nil)))
	if len(d) > 0 {
		t.Fatal(d.Errors(), d.Warnings())
	}
	return object
}

// onFirst acts at the first request that matches, before its response is sent.
func onFirst(a *simulator.Appliance, matches func(*http.Request) bool, act func()) {
	var once sync.Once
	a.BeforeResponse(func(r *http.Request) {
		if matches(r) {
			once.Do(act)
		}
	})
}

// requestTo matches the requests of a method to a path or, if it ends in a slash, to
// the paths below it.
func requestTo(method, path string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		below := strings.HasSuffix(path, "/") && strings.HasPrefix(r.URL.Path, path)
		return r.Method == method && (r.URL.Path == path || below)
	}
}

// nth matches the n-th of the requests that match.
func nth(n int, matches func(*http.Request) bool) func(*http.Request) bool {
	return func(r *http.Request) bool {
		if matches(r) {
			n--
		}
		return n == 0
	}
}

// shortTimeout is a timeout that ends in a test.
const shortTimeout = "4s"

// fault gives requests of a method to a path a status and a body.
func fault(method, path string, status int, body string) simulator.Fault {
	f := simulator.Fault{Method: method, Path: path, Status: status, Body: body}
	if status < http.StatusBadRequest {
		f.Kind = simulator.Body
	}
	return f
}

// apiError is the body of an error of the appliance.
func apiError(code, msg string) string { return fmt.Sprintf(`{"code":%q,"msg":%q}`, code, msg) }

// otherThumbprint is a thumbprint that no simulated system has.
var otherThumbprint = "SHA-256:" + strings.Repeat("AB:", 31) + "AB"
