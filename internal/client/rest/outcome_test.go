package rest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
)

// outcomes are the rows of the table in README.md, with the errors of each.
var outcomes = []struct {
	response string
	errs     []error
	want     Outcome
}{
	{"2xx", []error{nil}, Performed},
	{"connection refused, host not found, no connection in time", []error{
		&ConnectionError{Err: &net.OpError{Op: "dial"}}, &ConnectionError{Err: &net.DNSError{}}, &ConnectionError{Err: ErrTimeout},
	}, Declined},
	{"the context ended before the request was sent", []error{&ConnectionError{Err: context.Canceled}, &ConnectionError{Err: context.DeadlineExceeded}}, Refused},
	{"the proxy answers 502 to CONNECT", []error{&ConnectionError{Err: &ProxyError{Status: 502}}}, Declined},
	{"the proxy answers 407 to CONNECT", []error{&ConnectionError{Err: &ProxyError{Status: 407}}}, Refused},
	{"certificate not trusted", []error{&tlsutil.TrustError{}}, Refused},
	{"nothing was sent for another reason", []error{errors.New("no login")}, Refused},
	{"connection lost after the request was sent", []error{&ConnectionError{Sent: true, Err: net.ErrClosed}, &ConnectionError{Sent: true, Err: context.Canceled}}, Unknown},
	{"no response within the request timeout", []error{&ConnectionError{Sent: true, Err: ErrTimeout}}, Unknown},
	{"2xx that can't be read, or of another form than documented", []error{&ResponseError{Status: 200}}, Unknown},
	{"3xx", []error{&ResponseError{Status: 302}}, Unknown},
	{"400, 401, 403, 404, 405, 406, 415, 422", statusErrors(true, 400, 401, 403, 404, 405, 406, 415, 422), Refused},
	{"408", statusErrors(true, 408), Unknown},
	{"409, 423, 429", append(statusErrors(true, 409, 423, 429), statusErrors(false, 409, 423, 429)...), Declined},
	{"503 with an error of the API", statusErrors(true, 503), Declined},
	{"503 of something in front of the API", statusErrors(false, 503), Unknown},
	{"500, 501, 502, 504", statusErrors(true, 500, 501, 502, 504), Unknown},
}

func statusErrors(fromAPI bool, statuses ...int) []error {
	var errs []error
	for _, status := range statuses {
		errs = append(errs, &StatusError{Status: status, FromAPI: fromAPI})
	}
	return errs
}

func TestOutcomeOf(t *testing.T) {
	t.Parallel()
	for _, row := range outcomes {
		for _, err := range row.errs {
			if got := OutcomeOf(err); got != row.want {
				t.Errorf("%s: %v is %s, want %s", row.response, err, got, row.want)
			}
			if err == nil {
				continue
			}
			if got := OutcomeOf(fmt.Errorf("wrapped: %w", err)); got != row.want {
				t.Errorf("%s, wrapped: %v is %s, want %s", row.response, err, got, row.want)
			}
		}
	}
}

// The table in README.md is the one that is tested.
func TestOutcomes_documented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for _, row := range outcomes {
		fmt.Fprintf(&want, "| %s | %s |\n", row.response, row.want)
	}
	table := regexp.MustCompile(`(?m)^\|.*\n`).FindAll(text, -1)
	if got := string(bytes.Join(table[2:], nil)); got != want.String() { // after the header
		t.Errorf("README.md has\n%swant\n%s", got, want.String())
	}
}

// decodeBusy decodes every JSON body as the same error of the API.
func decodeBusy(body []byte) (code, msg string) {
	if bytes.HasPrefix(body, []byte("{")) {
		return "Busy", ""
	}
	return "", ""
}

// A request with RetryBusy is repeated only after a response that shows that it was
// not performed. A login is repeated after the 502 and 503 of a proxy too.
func TestRetry_busy(t *testing.T) {
	page := func(code int) http.HandlerFunc { return reply(code, "text/html", "<html>Busy</html>") }
	cases := map[string]struct {
		handler      http.HandlerFunc
		tries, login int32
	}{
		"429": {status(429), 4, 4}, "503": {status(503), 1, 4}, "503 of the API": {reply(503, "application/json", `{"code":"Busy"}`), 4, 4},
		"502": {status(502), 1, 4}, "page 502": {page(502), 1, 4}, "page 503": {page(503), 1, 4},
		"401": {status(401), 1, 1}, "403": {status(403), 1, 1}, "400": {status(400), 1, 1}, "404": {status(404), 1, 1},
		"409": {status(409), 1, 1}, "423": {status(423), 1, 1},
		"500": {status(500), 1, 1}, "504": {status(504), 1, 1}, "page 200": {page(200), 1, 1},
		"connection lost": {func(http.ResponseWriter, *http.Request) { abort() }, 1, 1},
	}
	for name, c := range cases {
		for _, login := range []bool{false, true} {
			bubble(t, fmt.Sprintf("%s, login %t", name, login), func(t *testing.T) {
				var tries atomic.Int32
				client := serve(t, Options{MaxRetries: 3, Clock: clocktest.New(), DecodeError: decodeBusy}, func(w http.ResponseWriter, r *http.Request) { tries.Add(1); c.handler(w, r) })
				_, _ = client.Do(t.Context(), Request{Method: http.MethodPost, Path: "/sessions", Body: map[string]string{"a": "b"}, RetryBusy: !login, Login: login}) // only the tries count here
				want := c.tries
				if login {
					want = c.login
				}
				if tries.Load() != want {
					t.Errorf("%d tries, want %d", tries.Load(), want)
				}
			})
		}
	}
	bubble(t, "connection refused", func(t *testing.T) {
		client := serve(t, Options{MaxRetries: 3, Clock: clocktest.New()}, status(200))
		direct, dials := client.base.DialContext, 0
		client.base.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			if dials++; dials < 3 {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
			}
			return direct(ctx, network, address)
		}
		if _, err := client.Do(t.Context(), Request{Method: http.MethodPost, Path: "/sessions", RetryBusy: true}); err != nil || dials != 3 {
			t.Errorf("error %v after %d dials", err, dials)
		}
	})
}
