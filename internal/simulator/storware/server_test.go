package storware

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"net/http/cookiejar"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/certs"
)

const (
	goodLogin = `{"login":"admin","password":"Simulator-storware-1"}`
	goodToken = `{"token":"simulator-storware-token-5d1e"}`
	goodNode  = `{"login":"node-1","password":"Simulator-node-1","version":"7.4"}`
)

func TestCalls(t *testing.T) {
	tests := map[string]struct {
		switches  Switches
		login     bool // first
		method    string
		path      string
		body      string
		header    map[string]string
		status    int
		answer    string // part of the body
		violation string // part of one; "" for none
	}{
		"login":                       {method: "POST", path: "/api/session/login", body: goodLogin, status: 201, answer: `"name":"admin"`},
		"login with token":            {method: "POST", path: "/api/session/login-with-token", body: goodToken, status: 201, answer: `"name":"admin"`},
		"node login":                  {method: "POST", path: "/api/session/node/login", body: goodNode, status: 201, answer: `"name":"node-1"`},
		"login, any success is 200":   {switches: Switches{StatusOK: true}, method: "POST", path: "/api/session/login", body: goodLogin, status: 200},
		"status":                      {method: "GET", path: "/api/session", status: 204},
		"guarded status":              {switches: Switches{StatusNeedsSession: true}, method: "GET", path: "/api/session", status: 401},
		"guarded status, logged in":   {switches: Switches{StatusNeedsSession: true}, login: true, method: "GET", path: "/api/session", status: 204},
		"user without session":        {method: "GET", path: "/api/session/user", status: 401, answer: `{"error":{"message":"Session expired or missing"}}`},
		"user":                        {login: true, method: "GET", path: "/api/session/user", status: 200, answer: `"privileges":["VE_BACKUP_SLA_WRITE"`},
		"user, enums as objects":      {switches: Switches{EnumObjects: true}, login: true, method: "GET", path: "/api/session/user", status: 200, answer: `"language":{"description":"Description of EN","name":"EN"}`},
		"details":                     {login: true, method: "GET", path: "/api/session/user/details", status: 200, answer: `"login":"admin"`},
		"refresh":                     {login: true, method: "POST", path: "/api/session/refresh-endpoints-tokens", header: map[string]string{"Content-Type": "application/json"}, status: 201, answer: `"endpointsServerManagerToken":"simulator-server-manager-token-`},
		"refresh without type":        {login: true, method: "POST", path: "/api/session/refresh-endpoints-tokens", status: 415, violation: "Content-Type"},
		"logout":                      {login: true, method: "POST", path: "/api/session/logout", status: 201},
		"logout with a body":          {login: true, method: "POST", path: "/api/session/logout", body: `{}`, status: 400, violation: "has no body"},
		"wrong password":              {method: "POST", path: "/api/session/login", body: `{"login":"admin","password":"x"}`, status: 401, answer: defaultRefusal},
		"wrong token":                 {method: "POST", path: "/api/session/login-with-token", body: `{"token":"x"}`, status: 401, answer: defaultRefusal},
		"wrong node":                  {method: "POST", path: "/api/session/node/login", body: `{"login":"node-2","password":"x","version":"1"}`, status: 401},
		"refusal of choice":           {switches: Switches{RefusalStatus: 400, RefusalText: "Locked", Errors: TopLevelError}, method: "POST", path: "/api/session/login", body: `{"login":"admin","password":"x"}`, status: 400, answer: `{"message":"Locked"}`},
		"refusal as text":             {switches: Switches{Errors: TextError}, method: "GET", path: "/api/session/user", status: 401, answer: "Session expired"},
		"refusal as HTML":             {switches: Switches{Errors: HTMLError}, method: "GET", path: "/api/session/user", status: 401, answer: "<title>401"},
		"refusal without body":        {switches: Switches{Errors: EmptyError}, method: "GET", path: "/api/session/user", status: 401},
		"unknown field":               {method: "POST", path: "/api/session/login", body: `{"login":"admin","password":"x","tenant":"y"}`, status: 400, violation: "Unknown field tenant"},
		"field in another case":       {method: "POST", path: "/api/session/login", body: `{"Login":"admin","password":"x"}`, status: 400, violation: "Unknown field Login"},
		"missing field":               {method: "POST", path: "/api/session/node/login", body: `{"login":"node-1","password":"x"}`, status: 400, violation: "Field version"},
		"field of another type":       {method: "POST", path: "/api/session/login", body: `{"login":1,"password":"x"}`, status: 400, violation: "wrong type"},
		"no object":                   {method: "POST", path: "/api/session/login", body: `[]`, status: 400, violation: "not a JSON object"},
		"login of another media type": {method: "POST", path: "/api/session/login", body: goodLogin, header: map[string]string{"Content-Type": "text/plain"}, status: 415, violation: "Content-Type"},
		"body of a GET":               {method: "GET", path: "/api/session", body: `{}`, status: 400, violation: "has no body"},
		"Accept":                      {method: "GET", path: "/api/session", header: map[string]string{"Accept": "text/html"}, status: 406, violation: "Accept"},
		"Authorization":               {method: "GET", path: "/api/session", header: map[string]string{"Authorization": "Bearer x"}, status: 400, violation: "Authorization"},
		"query":                       {method: "GET", path: "/api/session?page=0", status: 400, violation: "no query"},
		"double slash":                {method: "GET", path: "/api//session", status: 400, violation: "Double slash"},
		"trailing slash":              {method: "GET", path: "/api/session/", status: 404, violation: "There is no"},
		"without base path":           {method: "GET", path: "/session", status: 404, violation: "There is no"},
		"method":                      {method: "DELETE", path: "/api/session", status: 405, violation: "Method DELETE"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			server, client := start(t, Options{Switches: tt.switches})
			if tt.login {
				send(t, client, "POST", server.URL()+"/api/session/login", goodLogin, nil)
			}
			status, body := send(t, client, tt.method, server.URL()+tt.path, tt.body, tt.header)
			if status != tt.status || !strings.Contains(body, tt.answer) {
				t.Errorf("answer %d %s, want %d with %s", status, body, tt.status, tt.answer)
			}
			violations := strings.Join(server.Violations(), "\n")
			if (violations != "") != (tt.violation != "") || !strings.Contains(violations, tt.violation) {
				t.Errorf("violations %q, want %q", violations, tt.violation)
			}
		})
	}
}

func TestCookies(t *testing.T) {
	server, client := start(t, Options{})
	login := server.URL() + "/api/session/login"
	send(t, client, "POST", login, goodLogin, nil)
	user, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL()+"/api/session/user", nil)
	if err != nil {
		t.Fatal(err)
	}
	cookies := client.Jar.Cookies(user.URL)
	if len(cookies) != 2 {
		t.Fatalf("got %d cookies for the API, want 2", len(cookies))
	}
	client.Jar = nil
	tests := map[string]struct {
		cookies   []*http.Cookie
		status    int
		violation bool
	}{
		"both":        {cookies, 200, false},
		"the first":   {cookies[:1], 401, false},
		"the second":  {cookies[1:], 401, false},
		"twice":       {slices.Concat(cookies, cookies[:1]), 400, true},
		"of the site": {slices.Concat(cookies, []*http.Cookie{{Name: server.cookies.console, Value: "wide"}}), 400, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			before := len(server.Violations())
			user.Header = http.Header{}
			for _, c := range tt.cookies {
				user.AddCookie(c)
			}
			resp, err := client.Do(user)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if violated := len(server.Violations()) > before; resp.StatusCode != tt.status || violated != tt.violation {
				t.Errorf("status %d, violation %t, want %d, %t", resp.StatusCode, violated, tt.status, tt.violation)
			}
		})
	}
	if other, _ := start(t, Options{}); other.cookies.session == server.cookies.session {
		t.Error("two servers use the same cookie name")
	}
}

func TestSessions_end(t *testing.T) {
	now := time.Now()
	server, client := start(t, Options{SessionTimeout: time.Minute, Now: func() time.Time { return now }})
	login, user := server.URL()+"/api/session/login", server.URL()+"/api/session/user"
	check := func(what string, want int) {
		t.Helper()
		if status, _ := send(t, client, "GET", user, "", nil); status != want {
			t.Errorf("%s: status %d, want %d", what, status, want)
		}
	}

	send(t, client, "POST", login, goodLogin, nil)
	now = now.Add(59 * time.Second)
	check("just in time", 200)
	now = now.Add(59 * time.Second)
	check("the timeout starts again with each request", 200)
	now = now.Add(time.Minute)
	check("after the timeout", 401)

	send(t, client, "POST", login, goodLogin, nil)
	server.ExpireSessions()
	check("after the expiry", 401)

	send(t, client, "POST", login, goodLogin, nil)
	send(t, client, "POST", server.URL()+"/api/session/logout", "", nil)
	check("after the logout", 401)

	stats := server.Stats()
	stats.Connections, stats.PeakConcurrent = 0, 0
	want := Stats{
		Requests: map[string]int{"POST /session/login": 3, "GET /session/user": 5, "POST /session/logout": 1},
		Total:    9, Logins: 3, Logouts: 1,
	}
	if diff := cmp.Diff(want, stats); diff != "" {
		t.Errorf("stats (-want +got):\n%s", diff)
	}
}

func TestAccounts(t *testing.T) {
	server, client := start(t, Options{})
	login := server.URL() + "/api/session/login"
	accounts := server.Accounts()
	accounts.Users[0].Inactive = true
	accounts.Users[1].Password = "planted"
	server.SetAccounts(accounts)
	if status, body := send(t, client, "POST", login, goodLogin, nil); status != 403 || !strings.Contains(body, "not active") {
		t.Errorf("inactive user: %d %s", status, body)
	}
	if status, _ := send(t, client, "POST", login, `{"login":"operator","password":"planted"}`, nil); status != 201 {
		t.Errorf("planted password: status %d", status)
	}
	if stats := server.Stats(); stats.FailedLogins != 1 || stats.Logins != 1 || stats.LiveSessions != 1 {
		t.Errorf("stats: %+v", stats)
	}
}

func TestSwitches_mayChange(t *testing.T) {
	server, client := start(t, Options{})
	send(t, client, "POST", server.URL()+"/api/session/login", goodLogin, nil)
	server.SetSwitches(Switches{EnumObjects: true})
	server.ResetStats()
	_, body := send(t, client, "GET", server.URL()+"/api/session/user", "", nil)
	if !strings.Contains(body, `"language":{`) {
		t.Errorf("enums are not objects: %s", body)
	}
	if got := server.Stats(); got.Total != 1 || got.Logins != 0 || got.LiveSessions != 1 || len(server.Requests()) != 1 {
		t.Errorf("stats %+v", got)
	}
}

func TestFaults(t *testing.T) {
	server, client := start(t, Options{})
	server.Fault(Fault{Call: "GET /session", Times: 2, Status: 503, ContentType: "text/plain", Body: "starting"})
	var got []int
	for range 3 {
		status, _ := send(t, client, "GET", server.URL()+"/api/session", "", nil)
		got = append(got, status)
	}
	if diff := cmp.Diff([]int{503, 503, 204}, got); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
}

func TestTLS(t *testing.T) {
	server, client := start(t, Options{})
	resp, err := client.Get(server.URL() + "/api/session")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if seen := certs.Thumbprint(resp.TLS.PeerCertificates[0].Raw); seen != server.Thumbprint() {
		t.Errorf("thumbprint %s, want %s", server.Thumbprint(), seen)
	}
}

// start brings up a server, and a client that trusts it and keeps cookies.
func start(t *testing.T, o Options) (*Server, *http.Client) {
	t.Helper()
	server, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(server.CertificateAuthority()))
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	layer := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	t.Cleanup(layer.CloseIdleConnections)
	return server, &http.Client{Transport: layer, Jar: jar}
}

func send(t *testing.T, client *http.Client, method, url, body string, header map[string]string) (status int, answer string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", plainJSON)
	}
	for name, value := range header {
		req.Header.Set(name, value)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}
