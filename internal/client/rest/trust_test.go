package rest

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/certs"
)

// A certificate that Go can't parse is a trust error. It is not tried again.
func TestTrust_unreadableCertificate(t *testing.T) {
	t.Parallel()
	fixture, err := simulator.Start(simulator.Options{Appliances: []simulator.ApplianceOptions{
		{Site: "site-a", Service: simulator.Manager, CertificateKind: certs.NegativeSerial},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fixture.Close)
	a := fixture.Appliance("site-a")
	for name, trust := range map[string]tlsutil.Trust{
		"CA": {CACertificate: fixture.CertificateAuthority()}, "pin": {Thumbprint: a.Thumbprint()}, "insecure": {Insecure: true},
	} {
		client := dial(t, a.URL(), Options{Trust: trust, MaxRetries: 3, Clock: clocktest.New()})
		var dials atomic.Int32
		direct := client.base.DialContext
		client.base.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			dials.Add(1)
			return direct(ctx, network, address)
		}
		_, err := client.Do(t.Context(), get("/sites"))
		var got *tlsutil.TrustError
		if !errors.As(err, &got) || !errors.As(err, new(*tlsutil.UnreadableError)) || got.Thumbprint != a.Thumbprint() || OutcomeOf(err) != Refused || dials.Load() != 1 {
			t.Errorf("%s: error %v after %d connections", name, err, dials.Load())
		}
	}
}

func TestProtocols(t *testing.T) {
	ca := newAuthority(t)
	trust := tlsutil.Trust{CACertificate: pemOf(ca.cert)}
	t.Run("TLS 1.1 is refused", func(t *testing.T) {
		server := serveTLS(t, ca.server(), func(s *httptest.Server) { s.TLS.MinVersion, s.TLS.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 })
		_, err := dial(t, server.URL, Options{Trust: trust}).Do(t.Context(), get("/"))
		var lost *ConnectionError
		if !errors.As(err, &lost) || lost.Sent || !strings.Contains(err.Error(), "protocol version") {
			t.Errorf("error %v, want one about the protocol version, nothing sent", err)
		}
	})
	t.Run("TLS 1.2 is accepted", func(t *testing.T) {
		server := serveTLS(t, ca.server(), func(s *httptest.Server) { s.TLS.MaxVersion = tls.VersionTLS12 })
		if _, err := dial(t, server.URL, Options{Trust: trust}).Do(t.Context(), get("/")); err != nil {
			t.Error(err)
		}
	})
	for proto, offered := range map[string]bool{"HTTP/2.0": true, "HTTP/1.1": false} {
		t.Run(proto, func(t *testing.T) {
			server := serveTLS(t, ca.server(), func(s *httptest.Server) { s.EnableHTTP2 = offered })
			response, err := dial(t, server.URL, Options{Trust: trust}).Do(t.Context(), get("/"))
			if err != nil || response.Header.Get("Protocol") != proto {
				t.Errorf("response %+v, error %v, want %s", response, err, proto)
			}
		})
	}
}
