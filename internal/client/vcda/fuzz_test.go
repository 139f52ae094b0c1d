package vcda

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// fuzzResponse is the response of the fuzzed server to every request but a login.
type fuzzResponse struct {
	status int
	kind   string
	body   []byte
}

// Each call returns a valid result or an error, whatever the response.
func FuzzResponses(f *testing.F) {
	for _, body := range []string{
		``, `null`, `{}`, `[]`, `[null]`, `[{}]`, `{"items":null,"total":2}`, `{"items":[{"id":"1"}],"total":9}`, `<html>`,
		`[{"id":"5fd06dbd","site":"site1","description":"","apiUrl":"https://tn-de84.tnexus.io:8048/","apiPublicUrl":"https://peer.example.com:8048","apiThumbprint":"SHA-256:43","isLocal":false,"state":{"incomingCommError":null,"outgoingCommError":{"code":"CertificateMismatch","msg":"m","args":[1]}},"apiVersion":"4.7","isProviderDeployment":false,"peerTunnelCert":"MIID"}]`,
		`{"id":"f61d60d2","user":"root","workflowInfo":{"type":"pair","resourceType":"site","resourceId":"site2","resourceName":""},"progress":100,"state":"SUCCEEDED","lastUpdated":1,"startTime":1,"endTime":-1,"resultType":"X","result":{},"error":null,"warnings":[],"site":"site1"}`,
		`{"user":"admin1@Org1","roles":["EVERYONE"],"authenticatedSites":[{"site":"site1","org":"Org1"}]}`,
		`{"productName":"VCDA","serviceType":"CLOUD","buildVersion":"4.7.1","buildDate":1,"instanceId":"i"}`,
		`{"code":"Forbidden","msg":"Permission denied.","args":[],"stacktrace":"com.vmware"}`,
	} {
		for _, status := range []int{200, 202, 400, 403, 404, 500} {
			f.Add(status, "application/json;charset=UTF-8", []byte(body))
		}
	}
	f.Add(502, "text/html", []byte("<html>"))
	f.Add(200, "text/html", []byte("<html>"))
	f.Fuzz(func(t *testing.T, status int, kind string, body []byte) {
		if status < 200 || status > 599 || strings.ContainsFunc(kind, func(r rune) bool { return r < ' ' || r > '~' }) {
			return // not valid in HTTP
		}
		var sent atomic.Pointer[fuzzResponse]
		sent.Store(&fuzzResponse{status, kind, body})
		client := scripted(t, func(w http.ResponseWriter, _ *http.Request) {
			resp := sent.Load()
			w.Header()["Content-Type"] = []string{resp.kind}
			w.WriteHeader(resp.status)
			_, _ = w.Write(resp.body) // some statuses have none
		})
		sites, err := client.Peers(t.Context())
		for _, s := range sites {
			if s.IsLocal || s.ID+s.Site == "" {
				t.Errorf("peer %+v", s)
			}
			_, _, _ = s.Link(), s.Endpoint(), s.Key(Cloud)
		}
		failures := []error{err}
		task, err := client.Task(t.Context(), "1")
		if failures = append(failures, err); err == nil && task.ID == "" {
			t.Error("a task without id")
		}
		_ = task.WarningTexts()
		tasks, err := client.Tasks(t.Context(), TaskQuery{})
		failures = append(failures, err)
		if len(idsOf(tasks)) > 0 && tasks[0].ID == "" {
			t.Error("a task without id in the list")
		}
		_, err = client.Session(t.Context())
		failures = append(failures, err)
		_, err = client.Service(t.Context())
		failures = append(failures, err)
		_, err = client.Pair(t.Context(), PairRequest{})
		failures = append(failures, err)
		for _, err := range failures {
			if err != nil && err.Error() == "" {
				t.Errorf("an error without text: %#v", err)
			}
			if rest.Status(err) == 0 && err != nil && status >= 400 && status != http.StatusUnauthorized {
				t.Errorf("error %v for the status %d", err, status)
			}
		}
	})
}
