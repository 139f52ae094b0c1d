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

// scene is where a situation plays: its systems, and what was said.
type scene struct {
	clock *clocktest.Clock // of the provider and the appliances
	names []string         // pairs of what differs from run to run and its name on the page
	told  []string
}

// says notes the diagnostics of one call, by attribute: the framework validates
// attributes in any order.
func (s *scene) says(t *testing.T, d direct.Diagnostics) {
	t.Helper()
	place := func(one *tfprotov6.Diagnostic) string { return attribute(one.Attribute) + " " + one.Summary }
	slices.SortStableFunc(d, func(a, b *tfprotov6.Diagnostic) int { return cmp.Compare(place(a), place(b)) })
	for _, one := range d {
		severity := map[tfprotov6.DiagnosticSeverity]string{tfprotov6.DiagnosticSeverityError: "Error", tfprotov6.DiagnosticSeverityWarning: "Warning"}[one.Severity]
		text := severity + ": " + one.Summary + "\n"
		if at := attribute(one.Attribute); at != "" {
			text += "  with " + at + "\n"
		}
		s.told = append(s.told, text+"\n"+one.Detail)
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

// shows notes a message that is no diagnostic.
func (s *scene) shows(kind, text string) { s.told = append(s.told, kind+": "+text) }

// system gives the address and the thumbprint of a system names.
func (s *scene) system(name, address, thumbprint string) {
	u, err := url.Parse(address)
	if err != nil {
		panic(err) // the address of a server that runs
	}
	s.names = append(s.names, u.Host, name+".example.com", thumbprint, "SHA-256:(thumbprint of "+name+")")
}

// unstable is what differs from run to run and needs no name of its own.
var unstable = []struct {
	form *regexp.Regexp
	as   string
}{
	{regexp.MustCompile(`Operation ID: terraform-[0-9a-f-]{36}`), "Operation ID: terraform-(id)"},
	{regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), "(id)"},
	{regexp.MustCompile(`(valid (?:from|to): +)\S+`), "${1}(time)"},
	{regexp.MustCompile(`127\.0\.0\.1:\d+->`), ""}, // our end of a connection
	{regexp.MustCompile(`larger than \d+ (MiB|bytes)`), "larger than (limit)"},
	{regexp.MustCompile(`clock says \S+Z`), "clock says (time)"},
	{regexp.MustCompile(`current time \S+ is`), "current time (time) is"},
	{regexp.MustCompile(`at \d+ %`), "at (n) %"},
	{regexp.MustCompile(`began \S+, took [^.]+\.`), "began (time), took (duration)."},
	{regexp.MustCompile(`(last seen|was|is) (QUEUED|RUNNING)`), "$1 RUNNING"},
}

var local = regexp.MustCompile(`127\.0\.0\.1:\d+`)

// readable is what was said, as the page shows it.
func (s *scene) readable(t *testing.T) string {
	t.Helper()
	var texts []string
	for _, text := range s.told {
		text = strings.NewReplacer(s.names...).Replace(text)
		for _, u := range unstable {
			text = u.form.ReplaceAllString(text, u.as)
		}
		if address := local.FindString(text); address != "" && "https://"+address != nowhere {
			t.Errorf("%s has no name: %s", address, text)
		}
		texts = append(texts, wrap(strings.TrimSpace(text)))
	}
	return strings.Join(texts, "\n\n---\n\n")
}

const width = 100

// wrap breaks long lines, as the command lines do, but the summary and those that
// are indented.
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

// nowhere is an address where nothing listens.
const nowhere = "https://127.0.0.1:1"

// fixture starts the two appliances vcda-a and vcda-b, whose sites are site-a and
// site-b.
func (s *scene) fixture(t *testing.T, service simulator.Service, changes ...func(*simulator.ApplianceOptions)) (a, b *simulator.Appliance) {
	t.Helper()
	options := acctest.TwoSites(service)
	for _, change := range changes {
		change(&options[0])
	}
	for i := range options {
		options[i].OnHang = func() { s.clock.Advance(time.Minute) } // until every timeout of a test is over
	}
	fixture := acctest.StartAppliancesAt(t, s.clock, options...)
	a, b = fixture.Appliance("site-a"), fixture.Appliance("site-b")
	s.system("vcda-a", a.URL(), a.Thumbprint())
	s.system("vcda-b", b.URL(), b.Thumbprint())
	return a, b
}

func (s *scene) vcenter(t *testing.T, o vcenter.Options) *vcenter.Server {
	t.Helper()
	v := acctest.VCenter(t, o)
	s.system("vcenter", v.URL(), v.Thumbprint())
	return v
}

func (s *scene) storware(t *testing.T, switches storware.Switches) *storware.Server {
	t.Helper()
	server := acctest.Storware(t, storware.Options{Switches: switches})
	s.system("storware", server.URL(), server.Thumbprint())
	return server
}

// serve is the provider before it is configured.
func (s *scene) serve(t *testing.T) *direct.Provider {
	t.Helper()
	return direct.Serve(t, acctest.FactoriesAt(t, s.clock)["vcda"])
}

// with is a provider block that must be fine.
func (s *scene) with(t *testing.T, block values) *direct.Provider {
	t.Helper()
	p := s.serve(t)
	if errors := p.Configure(t, block).Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	return p
}

// block configures the provider for an appliance, as its root user. Reads are
// not repeated and no peer is looked at, unless the changes say so.
func block(a *simulator.Appliance, changes values) values {
	user := a.Accounts().LocalUsers[0]
	all := values{
		"url": a.URL(), "thumbprint": a.Thumbprint(), "max_retries": 0, "preflight": false,
		"login": values{"local_user": values{"username": user.Username, "password": user.Password}},
	}
	maps.Copy(all, changes)
	return all
}

// on is the provider for an appliance.
func (s *scene) on(t *testing.T, a *simulator.Appliance) *direct.Provider {
	t.Helper()
	return s.with(t, block(a, nil))
}

// reads says what comes of a data source.
func (s *scene) reads(t *testing.T, p *direct.Provider, name string, config values) {
	t.Helper()
	_, d := p.ReadData(t, name, config)
	s.says(t, d)
}

// configures says what comes of a provider block: of its validation, else of
// its configuration.
func (s *scene) configures(t *testing.T, block values) {
	t.Helper()
	p := s.serve(t)
	d := p.Validate(t, block)
	if len(d) == 0 {
		d = p.Configure(t, block)
	}
	s.says(t, d)
}

const pairingType = "vcda_site_pairing"

// none is the state of what is not there yet.
var none direct.Object

// peer are the arguments that pair with b.
func peer(b *simulator.Appliance, changes values) values {
	all := values{"api_url": b.URL(), "api_thumbprint": b.Thumbprint(), "site": b.Site()}
	maps.Copy(all, changes)
	return all
}

// applies says what comes of a change, from the plan if that fails.
func (s *scene) applies(t *testing.T, p *direct.Provider, prior direct.Object, config values) {
	t.Helper()
	plan := p.Plan(t, pairingType, prior, config)
	s.says(t, plan.Diagnostics)
	if len(plan.Diagnostics.Errors()) > 0 {
		return
	}
	_, d := p.Apply(t, plan)
	s.says(t, d)
}

// made is a pairing of a with b that works, made in a process of its own.
func (s *scene) made(t *testing.T, a, b *simulator.Appliance) direct.Object {
	t.Helper()
	b.Pair(a.Site())
	p := s.on(t, a)
	object, d := p.Apply(t, p.Plan(t, pairingType, none, peer(b, nil)))
	if len(d) > 0 {
		t.Fatal(d.Errors(), d.Warnings())
	}
	return object
}

// when acts once, at the first request that fits, before its answer is sent.
func when(a *simulator.Appliance, fits func(*http.Request) bool, act func()) {
	var once sync.Once
	a.BeforeResponse(func(r *http.Request) {
		if fits(r) {
			once.Do(act)
		}
	})
}

// request fits the requests of a method to a path or, with a slash at its end,
// below it.
func request(method, path string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		below := strings.HasSuffix(path, "/") && strings.HasPrefix(r.URL.Path, path)
		return r.Method == method && (r.URL.Path == path || below)
	}
}

// at fits the n-th of such requests.
func at(n int, fits func(*http.Request) bool) func(*http.Request) bool {
	return func(r *http.Request) bool {
		if fits(r) {
			n--
		}
		return n == 0
	}
}

// short is a time that a test lets pass.
const short = "4s"

// fault answers requests of a method to a path.
func fault(method, path string, status int, body string) simulator.Fault {
	f := simulator.Fault{Method: method, Path: path, Status: status, Body: body}
	if status < http.StatusBadRequest {
		f.Kind = simulator.Body
	}
	return f
}

// apiError is the body of an error of the appliance.
func apiError(code, msg string) string { return fmt.Sprintf(`{"code":%q,"msg":%q}`, code, msg) }

// wrong is a thumbprint of nobody.
var wrong = "SHA-256:" + strings.Repeat("AB:", 31) + "AB"
