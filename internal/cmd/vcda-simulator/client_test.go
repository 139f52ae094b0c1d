package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// client talks to one site.
type client struct {
	*http.Client
	site  appliance
	token string
}

func newClient(t *testing.T, site appliance) *client {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(site.CACertificate))
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{Client: &http.Client{Transport: transport}, site: site}
}

// logIn returns the status of the response.
func (c *client) logIn(t *testing.T) int {
	t.Helper()
	user := c.site.Credentials.VCDCredentials
	body, err := json.Marshal(map[string]string{"type": "vcdCredentials", "vcdUser": user.Username, "vcdPassword": user.Password})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := c.Post(c.site.URL+"/sessions", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	c.token = answer.Header.Get("X-VCAV-Auth")
	return answer.StatusCode
}

// call requires a status and returns the body.
func (c *client) call(t *testing.T, method, path string, status int) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, c.site.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-VCAV-Auth", c.token)
	got, body := c.send(t, request)
	if got != status {
		t.Fatalf("%s %s: status %d, want %d: %s", method, path, got, status, body)
	}
	return body
}

func (c *client) send(t *testing.T, request *http.Request) (status int, body string) {
	t.Helper()
	answer, err := c.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// task runs a task that takes no time, and returns its end.
func (c *client) task(t *testing.T, method, path string) string {
	t.Helper()
	var started struct{ ID string }
	if err := json.Unmarshal([]byte(c.call(t, method, path, http.StatusAccepted)), &started); err != nil {
		t.Fatal(err)
	}
	ended := c.call(t, http.MethodGet, "/tasks/"+started.ID, http.StatusOK)
	if strings.Contains(ended, `"RUNNING"`) {
		t.Fatalf("the task still runs: %s", ended)
	}
	return ended
}
