package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// control serves control requests over plain HTTP while the systems run.
type control struct {
	url     string
	server  *http.Server
	serving sync.WaitGroup
}

// controlHandler changes an appliance. Its error is the caller's.
type controlHandler func(s *systems, a *simulator.Appliance, r *http.Request) error

var controlHandlers = map[string]controlHandler{
	"POST /sites/{site}/certificate":       func(_ *systems, a *simulator.Appliance, _ *http.Request) error { a.RotateCertificate(); return nil },
	"DELETE /sites/{site}/sessions":        func(_ *systems, a *simulator.Appliance, _ *http.Request) error { a.ExpireSessions(); return nil },
	"POST /sites/{site}/faults":            addFault,
	"DELETE /sites/{site}/faults":          func(_ *systems, a *simulator.Appliance, _ *http.Request) error { a.ClearFaults(); return nil },
	"PUT /sites/{site}/pairings/{peer}":    pairPeer,
	"DELETE /sites/{site}/pairings/{peer}": unpairPeer,
}

const maxControlBody = 1 << 20

// startControl listens on the address.
func startControl(ctx context.Context, addr string, served *systems) (*control, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	paths := http.NewServeMux()
	for pattern, handle := range controlHandlers {
		paths.HandleFunc(pattern, served.handleControl(handle))
	}
	c := &control{url: "http://" + listener.Addr().String(), server: &http.Server{Handler: paths, ReadHeaderTimeout: time.Minute}}
	c.serving.Go(func() { _ = c.server.Serve(listener) }) // always ends with ErrServerClosed
	return c, nil
}

func (c *control) close() {
	_ = c.server.Close()
	c.serving.Wait()
}

// handleControl responds with the site as it is after the change.
func (s *systems) handleControl(handle controlHandler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		a := s.fixture.Appliance(r.PathValue("site"))
		if a == nil {
			http.Error(w, fmt.Sprintf("there is no site %q", r.PathValue("site")), http.StatusNotFound)
			return
		}
		if err := handle(s, a, r); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(s.describe(a)) // the caller may have disconnected
	}
}

func addFault(_ *systems, a *simulator.Appliance, r *http.Request) error {
	text, err := io.ReadAll(io.LimitReader(r.Body, maxControlBody))
	if err != nil {
		return err
	}
	var f faultSwitch
	if err := f.UnmarshalText(text); err != nil {
		return err
	}
	a.Fault(f.fault)
	return nil
}

func pairPeer(s *systems, a *simulator.Appliance, r *http.Request) error {
	switch peer := r.PathValue("peer"); {
	case s.fixture.Appliance(peer) == nil, peer == a.Site():
		return fmt.Errorf("%s has no peer %q", a.Site(), peer)
	case isPaired(a, peer):
		return fmt.Errorf("%s is paired with %s already", a.Site(), peer)
	default:
		a.Pair(peer)
		return nil
	}
}

func unpairPeer(_ *systems, a *simulator.Appliance, r *http.Request) error {
	if !isPaired(a, r.PathValue("peer")) {
		return fmt.Errorf("%s has no pairing with %q", a.Site(), r.PathValue("peer"))
	}
	a.Unpair(r.PathValue("peer"))
	return nil
}

func isPaired(a *simulator.Appliance, peer string) bool {
	return slices.ContainsFunc(a.Sites(), func(row simulator.SiteRecord) bool { return row.Site == peer })
}
