package rest

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
)

// abort ends the connection without the rest of the response.
func abort() { panic(http.ErrAbortHandler) }

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func truncated(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "100")
	_, _ = io.WriteString(w, `[{"site":`)
	_ = http.NewResponseController(w).Flush() // else nothing would be sent
	abort()
}

// A read is repeated after a transient failure only.
func TestRetry_reads(t *testing.T) {
	const retries = 3
	cases := map[string]struct {
		handler http.HandlerFunc
		tries   int32
	}{
		"connection ended": {func(http.ResponseWriter, *http.Request) { abort() }, 1 + retries},
		"truncated body":   {truncated, 1 + retries},
		"200":              {status(200), 1},
		"204":              {status(204), 1},
		"302":              {status(302), 1},
		"400":              {status(400), 1},
		"401":              {status(401), 1},
		"403":              {status(403), 1},
		"404":              {status(404), 1},
		"406":              {status(406), 1},
		"408":              {status(408), 1},
		"409":              {status(409), 1},
		"429":              {status(429), 1 + retries},
		"500":              {status(500), 1},
		"501":              {status(501), 1},
		"502":              {status(502), 1 + retries},
		"503":              {status(503), 1 + retries},
		"504":              {status(504), 1 + retries},
		"505":              {status(505), 1},
		"broken JSON":      {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "[{") }, 1},
	}
	for name, c := range cases {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			if method == http.MethodHead && name == "truncated body" {
				continue // a HEAD has none
			}
			bubble(t, method+" "+name, func(t *testing.T) {
				var tries atomic.Int32
				client := serve(t, Options{MaxRetries: retries}, func(w http.ResponseWriter, r *http.Request) { tries.Add(1); c.handler(w, r) })
				_, _ = client.Do(t.Context(), Request{Method: method, Path: "/sites"}) // only the tries count here
				if tries.Load() != c.tries {
					t.Errorf("%d tries, want %d", tries.Load(), c.tries)
				}
			})
		}
	}
}

// A write is sent once, whatever the response.
func TestRetry_writesAreSentOnce(t *testing.T) {
	handlers := map[string]http.HandlerFunc{
		"connection ended": func(http.ResponseWriter, *http.Request) { abort() },
		"truncated body":   truncated,
		"429": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
		},
		"502": status(502), "503": status(503), "504": status(504),
	}
	for name, handler := range handlers {
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch} {
			bubble(t, method+" "+name, func(t *testing.T) {
				var tries atomic.Int32
				client := serve(t, Options{MaxRetries: 3}, func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Path == "/first" {
						return // opens a connection: net/http itself may retry on a reused one
					}
					tries.Add(1)
					handler(w, r)
				})
				if _, err := client.Do(t.Context(), get("/first")); err != nil {
					t.Fatal(err)
				}
				_, err := client.Do(t.Context(), Request{Method: method, Path: "/sites", Body: map[string]string{"site": "b"}})
				if err == nil || tries.Load() != 1 {
					t.Errorf("%d tries, error %v, want one and an error", tries.Load(), err)
				}
			})
		}
	}
}

// A read that fails several times and then succeeds returns the last response.
func TestRetry_readSucceeds(t *testing.T) {
	bubble(t, "after four failures", func(t *testing.T) {
		var tries atomic.Int32
		handlers := []http.HandlerFunc{status(503), truncated, status(429), func(http.ResponseWriter, *http.Request) { abort() }, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"site":"a"}`)
		}}
		client := serve(t, Options{MaxRetries: 4}, func(w http.ResponseWriter, r *http.Request) { handlers[tries.Add(1)-1](w, r) })
		response, err := client.Do(t.Context(), get("/config"))
		if err != nil || string(response.Body) != `{"site":"a"}` {
			t.Errorf("response %+v, error %v", response, err)
		}
	})
}

func TestRetry_nothingListens(t *testing.T) {
	bubble(t, "refused", func(t *testing.T) {
		client := serve(t, Options{MaxRetries: 2}, status(200))
		var dials atomic.Int32
		client.base.DialContext = func(context.Context, string, string) (net.Conn, error) {
			dials.Add(1)
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
		}
		_, err := client.Do(t.Context(), get("/sites"))
		var lost *ConnectionError
		if !errors.As(err, &lost) || lost.Sent || dials.Load() != 3 {
			t.Errorf("error %v after %d dials, want a ConnectionError that sent nothing after 3", err, dials.Load())
		}
	})
}

// The pauses grow from retryWaitMin to retryWaitMax, unless the server names one.
func TestRetry_pauses(t *testing.T) {
	later := func(code int, after string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", after)
			w.WriteHeader(code)
		}
	}
	cases := map[string]struct {
		handler http.HandlerFunc
		retries int
		want    time.Duration
	}{
		"doubling":           {status(503), 4, 250*time.Millisecond + 500*time.Millisecond + time.Second + 2*time.Second},
		"bounded":            {status(503), 8, 7750*time.Millisecond + 3*retryWaitMax},
		"429 names a pause":  {later(429, "7"), 2, 14 * time.Second},
		"503 names a pause":  {later(503, "60"), 1, time.Minute},
		"too long to wait":   {later(503, "61"), 4, 0},
		"429 names no pause": {later(429, "0"), 3, 0},
		"no number":          {later(429, "soon"), 1, retryWaitMin},
		"negative":           {later(503, "-5"), 1, retryWaitMin},
		"pause of a 502":     {later(502, "60"), 1, retryWaitMin},
		"a date":             {later(503, "Sat, 01 Jan 2000 00:00:30 GMT"), 1, 30 * time.Second}, // a bubble begins in 2000
		"a date in the past": {later(503, "Fri, 31 Dec 1999 23:59:59 GMT"), 1, 0},
	}
	for name, c := range cases {
		bubble(t, name, func(t *testing.T) {
			client := serve(t, Options{MaxRetries: c.retries}, c.handler)
			start := time.Now()
			if _, err := client.Do(t.Context(), get("/sites")); err == nil {
				t.Error("no error")
			}
			if got := time.Since(start); got != c.want {
				t.Errorf("took %s, want %s", got, c.want)
			}
		})
	}
}

// Nothing is tried again once the context has ended.
func TestRetry_canceledContext(t *testing.T) {
	bubble(t, "canceled in a pause", func(t *testing.T) {
		var tries atomic.Int32
		client := serve(t, Options{MaxRetries: 5}, func(w http.ResponseWriter, _ *http.Request) {
			tries.Add(1)
			w.WriteHeader(http.StatusServiceUnavailable)
		})
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		start := time.Now()
		_, err := client.Do(ctx, get("/sites"))
		if !errors.Is(err, context.DeadlineExceeded) || tries.Load() != 1 || time.Since(start) != 100*time.Millisecond {
			t.Errorf("error %v after %s and %d tries", err, time.Since(start), tries.Load())
		}
	})
	bubble(t, "canceled in a try", func(t *testing.T) {
		var tries atomic.Int32
		client := serve(t, Options{MaxRetries: 5}, func(_ http.ResponseWriter, r *http.Request) { tries.Add(1); <-r.Context().Done() })
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err := client.Do(ctx, get("/sites"))
		synctest.Wait()
		if !errors.Is(err, context.Canceled) || tries.Load() != 1 {
			t.Errorf("error %v after %d tries", err, tries.Load())
		}
	})
	bubble(t, "canceled after the response", func(t *testing.T) {
		var tries atomic.Int32
		ctx, cancel := context.WithCancel(t.Context())
		client := serve(t, Options{MaxRetries: 5, Log: func(context.Context, Event) { cancel() }}, func(w http.ResponseWriter, _ *http.Request) {
			tries.Add(1)
			w.WriteHeader(http.StatusServiceUnavailable)
		})
		_, err := client.Do(ctx, get("/sites"))
		if !errors.Is(err, context.Canceled) || tries.Load() != 1 {
			t.Errorf("error %v after %d tries", err, tries.Load())
		}
	})
	bubble(t, "canceled before", func(t *testing.T) {
		var tries atomic.Int32
		client := serve(t, Options{MaxRetries: 5}, func(http.ResponseWriter, *http.Request) { tries.Add(1) })
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := client.Do(ctx, get("/sites"))
		if !errors.Is(err, context.Canceled) || tries.Load() != 0 {
			t.Errorf("error %v after %d tries", err, tries.Load())
		}
	})
}

func TestRetry_untrustedCertificate(t *testing.T) {
	var handshakes atomic.Int32
	server := serveTLS(t, newAuthority(t).server(), nil)
	client := dial(t, server.URL, Options{MaxRetries: 5})
	direct := client.base.DialContext
	client.base.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		handshakes.Add(1)
		return direct(ctx, network, address)
	}
	if _, err := client.Do(t.Context(), get("/")); !errors.As(err, new(*tlsutil.TrustError)) || handshakes.Load() != 1 {
		t.Errorf("error %v after %d handshakes, want a tlsutil.TrustError after one", err, handshakes.Load())
	}
}

// The request timeout applies to each try.
func TestRequest_timeout(t *testing.T) {
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	drip := func(w http.ResponseWriter, r *http.Request) {
		for range 1000 {
			select {
			case <-time.After(time.Second):
			case <-r.Context().Done():
				return
			}
			_, _ = io.WriteString(w, "x")
			_ = http.NewResponseController(w).Flush()
		}
	}
	for name, handler := range map[string]http.HandlerFunc{"hang": hang, "slow drip": drip} {
		for method, tries := range map[string]int32{http.MethodGet: 2, http.MethodPost: 1} {
			bubble(t, name+" "+method, func(t *testing.T) {
				var seen atomic.Int32
				client := serve(t, Options{MaxRetries: 1, RequestTimeout: 5 * time.Second}, func(w http.ResponseWriter, r *http.Request) { seen.Add(1); handler(w, r) })
				start := time.Now()
				_, err := client.Do(t.Context(), Request{Method: method, Path: "/sites"})
				var lost *ConnectionError
				if !errors.As(err, &lost) || !lost.Sent || !errors.Is(err, ErrTimeout) {
					t.Errorf("error %v, want the timeout of a request that was sent", err)
				}
				want := time.Duration(tries)*5*time.Second + time.Duration(tries-1)*retryWaitMin
				if took := time.Since(start); took != want || seen.Load() != tries {
					t.Errorf("%d tries in %s, want %d in %s", seen.Load(), took, tries, want)
				}
			})
		}
	}
}

// Retry-After is a number of seconds, or a date.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	received := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]struct {
		wait  time.Duration
		asked bool
	}{
		"7": {7 * time.Second, true}, "0": {0, true}, "": {}, "-5": {}, "soon": {},
		"99999999999": {9223372036 * time.Second, true}, "99999999999999999999999": {9223372036 * time.Second, true}, // the longest duration
		"Sun, 01 Mar 2026 12:00:30 GMT":  {30 * time.Second, true},
		"Sunday, 01-Mar-26 12:01:00 GMT": {time.Minute, true},
		"Sun, 01 Mar 2026 11:59:59 GMT":  {0, true},
	} {
		e := &StatusError{Status: 503, Header: http.Header{"Retry-After": {text}}, Received: received}
		if wait, asked := e.RetryAfter(); wait != want.wait || asked != want.asked {
			t.Errorf("%q: %s, %v, want %+v", text, wait, asked, want)
		}
	}
}
