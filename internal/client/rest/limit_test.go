package rest

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
)

// peak counts how many requests are in the handler at once.
type peak struct{ now, most atomic.Int32 }

func (p *peak) enter() {
	n := p.now.Add(1)
	for most := p.most.Load(); n > most && !p.most.CompareAndSwap(most, n); most = p.most.Load() {
	}
}

func TestLimit_manyRequests(t *testing.T) {
	const limit, requests = 4, 100
	bubble(t, "a hundred at once", func(t *testing.T) {
		var p peak
		var served atomic.Int32
		client := serve(t, Options{MaxConcurrent: limit}, func(w http.ResponseWriter, _ *http.Request) {
			p.enter()
			defer p.now.Add(-1)
			<-time.After(time.Second)
			// Every kind of response must release the slot.
			switch served.Add(1) % 4 {
			case 0:
				abort()
			case 1:
				w.WriteHeader(http.StatusInternalServerError)
			case 2:
				truncated(w, nil)
			}
		})
		var all sync.WaitGroup
		start := time.Now()
		for range requests {
			all.Go(func() { _, _ = client.Do(t.Context(), Request{Method: http.MethodPost, Path: "/"}) })
		}
		all.Wait()
		if p.most.Load() != limit || served.Load() != requests || time.Since(start) != requests/limit*time.Second {
			t.Errorf("%d requests, at most %d at once, in %s", served.Load(), p.most.Load(), time.Since(start))
		}
	})
	bubble(t, "without a limit", func(t *testing.T) {
		var p peak
		client := serve(t, Options{}, func(http.ResponseWriter, *http.Request) {
			p.enter()
			defer p.now.Add(-1)
			<-time.After(time.Second)
		})
		var all sync.WaitGroup
		for range requests {
			all.Go(func() {
				if _, err := client.Do(t.Context(), get("/")); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if p.most.Load() != requests {
			t.Errorf("at most %d at once, want all %d", p.most.Load(), requests)
		}
	})
	bubble(t, "a request with NoLimit", func(t *testing.T) {
		client := serve(t, Options{MaxConcurrent: 1}, func(_ http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/slow" {
				<-time.After(time.Second)
			}
		})
		var all sync.WaitGroup
		all.Go(func() { _, _ = client.Do(t.Context(), get("/slow")) })
		synctest.Wait()
		start := time.Now()
		logout := Request{Method: http.MethodDelete, Path: "/", NoLimit: true}
		if _, err := client.Do(t.Context(), logout); err != nil || time.Since(start) != 0 {
			t.Errorf("error %v after %s, want no wait", err, time.Since(start))
		}
		all.Wait()
	})
	bubble(t, "a pause between tries holds no slot", func(t *testing.T) {
		client := serve(t, Options{MaxConcurrent: 1, MaxRetries: 1}, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/busy" {
				w.Header().Set("Retry-After", "60")
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		})
		var all sync.WaitGroup
		all.Go(func() { _, _ = client.Do(t.Context(), get("/busy")) })
		synctest.Wait()
		start := time.Now()
		if _, err := client.Do(t.Context(), get("/")); err != nil || time.Since(start) != 0 {
			t.Errorf("error %v after %s, want no wait", err, time.Since(start))
		}
		all.Wait()
	})
}

func TestLimit_contextEndsTheWait(t *testing.T) {
	bubble(t, "while all slots are taken", func(t *testing.T) {
		var seen atomic.Int32
		client := serve(t, Options{MaxConcurrent: 1, MaxRetries: 3}, func(http.ResponseWriter, *http.Request) {
			seen.Add(1)
			<-time.After(10 * time.Second)
		})
		var first sync.WaitGroup
		first.Go(func() { _, _ = client.Do(t.Context(), get("/first")) })
		synctest.Wait()
		for _, r := range []Request{get("/second"), {Method: http.MethodPost, Path: "/second", Finish: true}} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			start := time.Now()
			_, err := client.Do(ctx, r)
			cancel()
			var lost *ConnectionError
			if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &lost) || lost.Sent || time.Since(start) != time.Second {
				t.Errorf("%s: error %v after %s, want the deadline and nothing sent", r.Method, err, time.Since(start))
			}
		}
		first.Wait()
		if seen.Load() != 1 {
			t.Errorf("%d requests arrived, want 1", seen.Load())
		}
	})
}

// A request with Finish must not begin after Ctrl-C, even if a slot is free.
func TestLimit_canceledContext(t *testing.T) {
	t.Parallel()
	var sent atomic.Int32
	chain := limit(1, timeout(clock.System{}, time.Minute, func(context.Context, *request) (*Response, error) {
		sent.Add(1)
		return &Response{}, nil
	}))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 {
		_, err := chain(ctx, &request{Request: Request{Method: http.MethodPost, Finish: true}, url: &url.URL{Host: "appliance.test"}})
		if !errors.Is(err, context.Canceled) || OutcomeOf(err) != Refused {
			t.Errorf("error %v", err)
		}
	}
	if sent.Load() != 0 {
		t.Errorf("%d requests were sent", sent.Load())
	}
}

// A request with Finish that has begun returns its response although the context
// has ended. Without Finish it ends with the context.
func TestFinish(t *testing.T) {
	for _, finish := range []bool{true, false} {
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
			bubble(t, method, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				client := serve(t, Options{MaxConcurrent: 1}, func(w http.ResponseWriter, _ *http.Request) {
					cancel()
					<-time.After(5 * time.Second)
					w.WriteHeader(http.StatusAccepted)
				})
				start := time.Now()
				response, err := client.Do(ctx, Request{Method: method, Path: "/sites", Finish: finish})
				if finish && (err != nil || response.Status != http.StatusAccepted || time.Since(start) != 5*time.Second) {
					t.Errorf("response %+v, error %v", response, err)
				}
				var lost *ConnectionError
				if !finish && (!errors.Is(err, context.Canceled) || !errors.As(err, &lost) || !lost.Sent) {
					t.Errorf("error %v, want one of a request that was sent and canceled", err)
				}
			})
		}
	}
	bubble(t, "the request timeout still holds", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		client := serve(t, Options{RequestTimeout: time.Second}, func(_ http.ResponseWriter, r *http.Request) {
			cancel()
			<-r.Context().Done()
		})
		start := time.Now()
		if _, err := client.Do(ctx, Request{Method: http.MethodPost, Path: "/sites", Finish: true}); !errors.Is(err, ErrTimeout) || time.Since(start) != time.Second {
			t.Errorf("error %v after %s", err, time.Since(start))
		}
	})
	bubble(t, "not sent when the context has ended before", func(t *testing.T) {
		var seen atomic.Int32
		client := serve(t, Options{}, func(http.ResponseWriter, *http.Request) { seen.Add(1) })
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := client.Do(ctx, Request{Method: http.MethodPost, Path: "/sites", Finish: true})
		var lost *ConnectionError
		if !errors.Is(err, context.Canceled) || !errors.As(err, &lost) || lost.Sent || seen.Load() != 0 {
			t.Errorf("error %v, %d requests arrived", err, seen.Load())
		}
	})
}
