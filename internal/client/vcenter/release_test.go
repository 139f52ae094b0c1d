package vcenter_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcenter"
	simulator "github.com/vcda-dr/terraform-provider-vcda/internal/simulator/vcenter"
)

func TestRelease(t *testing.T) {
	tests := map[string]struct {
		options simulator.Options
		pinned  string
		want    string // "": unsupported
		hellos  int
	}{
		"newest common":            {simulator.Options{}, "", "8.0.3.0", 1},
		"older vCenter":            {simulator.Options{Releases: []string{"8.0.1.0", "8.0.2.0"}}, "", "8.0.2.0", 1},
		"newer vCenter":            {simulator.Options{Releases: []string{"8.0.1.0", "9.0.0.0", "9.1.0.0"}}, "", "9.0.0.0", 1},
		"8.0.1 without hello":      {simulator.Options{NoHello: true, Releases: []string{"8.0.1.0"}}, "", "8.0.1.0", 1},
		"pinned":                   {simulator.Options{}, "8.0.2.0", "8.0.2.0", 0},
		"pinned to an unknown":     {simulator.Options{}, "7.0.0.0", "", 0},
		"pinned to nonsense":       {simulator.Options{}, "../../8.0.2.0", "", 0},
		"before 8.0.1":             {simulator.Options{NoVIJSON: true}, "", "", 1},
		"before 8.0.1, pinned":     {simulator.Options{NoVIJSON: true}, "8.0.1.0", "", 0},
		"another moId, as on ESXi": {simulator.Options{ManagerID: "ha-sessionmgr"}, "", "8.0.3.0", 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := start(t, test.options)
			client := newClient(t, server.URL(), tlsutil.Trust{CACertificate: server.CertificateAuthority()}, credentials(), test.pinned)
			_, err := client.Session(t.Context())
			if n := server.Stats().Requests["POST /api/vcenter/system"]; n != test.hellos {
				t.Errorf("%d hellos", n)
			}
			var unsupported *vcenter.UnsupportedError
			if test.want == "" {
				if !errors.As(err, &unsupported) || rest.Status(err) != http.StatusNotFound || !strings.Contains(err.Error(), "8.0.1") {
					t.Errorf("got %v", err)
				}
				if server.Stats().Requests["POST SessionManager/Login"] != 0 {
					t.Error("a login was sent")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			requests := server.Requests()
			if last := requests[len(requests)-1].Path; !strings.HasPrefix(last, "/sdk/vim25/"+test.want+"/SessionManager/") {
				t.Errorf("last request %s", last)
			}
		})
	}
}

func TestRelease_noneInCommon(t *testing.T) {
	server := start(t, simulator.Options{Releases: []string{"12.0.0.0"}})
	_, err := connect(t, server, credentials()).Session(t.Context())
	if !errors.Is(err, vcenter.ErrNoRelease) {
		t.Errorf("got %v", err)
	}
}

// A vCenter that refuses hello is used with the first release.
func TestRelease_helloRefused(t *testing.T) {
	for _, status := range []int{400, 401, 403, 404, 405, 500} {
		client, script := play(t, credentials(), map[string]http.HandlerFunc{
			"system":         respond(status, `{"error_type":"UNAUTHENTICATED","messages":[]}`),
			"currentSession": respond(200, aliceSession),
		})
		if _, err := client.Session(t.Context()); err != nil {
			t.Errorf("%d: %v", status, err)
		}
		if want := "GET /sdk/vim25/8.0.1.0/ServiceInstance/ServiceInstance/content"; script.requests[1] != want {
			t.Errorf("%d: requests %s", status, script.requests[1])
		}
	}
}

func parse(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
