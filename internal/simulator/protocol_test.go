package simulator_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func http2On(o *simulator.ApplianceOptions) { o.HTTP2 = true }

// useProtocols gives the fixture a client that offers these protocols.
func (f *fixture) useProtocols(http1, http2 bool) {
	old, ok := f.http.Transport.(*http.Transport)
	if !ok {
		f.t.Fatal("no transport of net/http")
	}
	transport := old.Clone()
	transport.Protocols = new(http.Protocols)
	transport.Protocols.SetHTTP1(http1)
	transport.Protocols.SetHTTP2(http2)
	f.t.Cleanup(transport.CloseIdleConnections)
	f.http = &http.Client{Transport: transport}
}

// protocol returns the protocol of the response to a login.
func (f *fixture) protocol() string {
	f.t.Helper()
	answer, err := f.http.Post(f.a.URL()+"/sessions", "application/json", strings.NewReader("{}"))
	if err != nil {
		f.t.Fatal(err)
	}
	defer answer.Body.Close()
	return answer.Proto
}

func TestHTTP2(t *testing.T) {
	for name, row := range map[string]struct {
		options      []option
		http1, http2 bool
		want         string
	}{
		"both offer it":   {[]option{http2On}, true, true, "HTTP/2.0"},
		"old client":      {[]option{http2On}, true, false, "HTTP/1.1"},
		"usual appliance": {nil, true, true, "HTTP/1.1"},
	} {
		t.Run(name, func(t *testing.T) {
			f := start(t, simulator.Manager, row.options...)
			f.useProtocols(row.http1, row.http2)
			if got := f.protocol(); got != row.want {
				t.Errorf("spoke %s, want %s", got, row.want)
			}
		})
	}
}

// TestHTTP2_faults: a broken stream leaves the connection intact.
func TestHTTP2_faults(t *testing.T) {
	f := start(t, simulator.Manager, http2On)
	f.useProtocols(false, true)
	f.requireLive()
	f.a.ResetStats()
	for name, kind := range map[string]simulator.FaultKind{"reset": simulator.Reset, "drop": simulator.DropResponse, "truncate": simulator.Truncate} {
		f.a.Fault(simulator.Fault{Kind: kind, Method: "POST", Times: 1})
		if got, err := f.try(request{method: "POST", path: "/sessions", body: rootLogin()}); err == nil {
			t.Errorf("%s: a whole answer arrived: %s", name, got.body)
		}
	}
	f.requireLive()
	if s := f.a.Stats(); s.Connections != 0 || s.Total != 4 {
		t.Errorf("stats %+v", s)
	}
}

// TestHTTP2_restart: an older connection ends with its next response.
func TestHTTP2_restart(t *testing.T) {
	f := start(t, simulator.Manager, http2On)
	f.useProtocols(false, true)
	f.requireLive()
	f.a.Restart()
	f.a.ResetStats()
	f.token = f.login(f.a)
	f.requireLive()
	if n := f.a.Stats().Connections; n != 1 {
		t.Errorf("%d new connections", n)
	}
}

func TestCompress(t *testing.T) {
	f := start(t, simulator.Manager, func(o *simulator.ApplianceOptions) { o.Compress = true })
	accept := func(coding string) http.Header { return http.Header{"Accept-Encoding": {coding}} }
	for coding, packed := range map[string]bool{"gzip": true, "deflate, GZIP;q=0.5": true, "br": false, "x-gzipped": false} {
		for path, status := range map[string]int{"/sites": http.StatusOK, "/nowhere": http.StatusNotFound} {
			got := f.must(status, request{method: "GET", path: path, header: accept(coding)}, nil)
			if (got.header.Get("Content-Encoding") == "gzip") != packed || json.Valid(got.body) == packed {
				t.Errorf("%s, %s: %v %q", coding, path, got.header, got.body)
			}
			if packed && !json.Valid(unpack(t, string(got.body))) {
				t.Errorf("%s, %s: no JSON inside", coding, path)
			}
		}
	}
	if got := f.must(http.StatusNoContent, request{method: "DELETE", path: "/sessions", header: accept("gzip")}, nil); got.header.Get("Content-Encoding") != "" {
		t.Error("nothing is packed too")
	}
}

func TestCompress_onlyWhenAsked(t *testing.T) {
	f := start(t, simulator.Manager)
	got := f.must(http.StatusOK, request{method: "GET", path: "/sites", header: http.Header{"Accept-Encoding": {"gzip"}}}, nil)
	if got.header.Get("Content-Encoding") != "" || !json.Valid(got.body) {
		t.Errorf("got %v", got.header)
	}
}

func unpack(t *testing.T, text string) []byte {
	t.Helper()
	reader, err := gzip.NewReader(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}
