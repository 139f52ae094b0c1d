package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// polling is a client that does what a script would: it asks for its task once a
// second.
type polling struct {
	base, token string
	http        *http.Client
}

// pairPolling pairs the fleet's only peer.
func pairPolling(ctx context.Context, f *fleet) error {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(f.estate.CertificateAuthority()))
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	defer transport.CloseIdleConnections()
	p := &polling{base: f.URL(), http: &http.Client{Transport: transport}}
	user, peer := f.Accounts().LocalUsers[0], f.peers[0]
	if err := p.call(ctx, http.MethodPost, "/sessions", map[string]string{"type": "localUser", "localUser": user.Username, "localPassword": user.Password}, nil); err != nil {
		return err
	}
	var task struct {
		ID, State string
	}
	if err := p.call(ctx, http.MethodPost, "/sites", map[string]string{"apiUrl": peer.PublicURL(), "apiThumbprint": peer.Thumbprint(), "description": ""}, &task); err != nil {
		return err
	}
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for task.State != "SUCCEEDED" {
		select {
		case <-second.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := p.call(ctx, http.MethodGet, "/tasks/"+task.ID, nil, &task); err != nil {
			return err
		}
	}
	return p.call(ctx, http.MethodDelete, "/sessions", nil, nil)
}

// call sends one request, and decodes the answer where somebody wants it.
func (p *polling) call(ctx context.Context, method, path string, body, into any) error {
	var sent bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&sent).Encode(body); err != nil {
			return err
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, p.base+path, &sent)
	if err != nil {
		return err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if p.token != "" {
		request.Header.Set("X-VCAV-Auth", p.token)
	}
	response, err := p.http.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s", method, path, response.Status)
	}
	if token := response.Header.Get("X-VCAV-Auth"); token != "" {
		p.token = token
	}
	if into == nil {
		return nil
	}
	return json.NewDecoder(response.Body).Decode(into)
}
