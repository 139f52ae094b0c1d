package vcda_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/api/transport"
	"github.com/vcda-dr/terraform-provider-vcda/internal/api/vcda"
)

// TestProgress: a wait tells of each change of state and progress, once.
func TestProgress(t *testing.T) {
	t.Parallel()
	polls := []vcda.Task{
		{State: "QUEUED"}, {State: "QUEUED"}, {State: "RUNNING"}, {State: "RUNNING", Progress: 50}, {State: "RUNNING", Progress: 50}, {State: "SUCCEEDED", Progress: 100},
	}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Vcav-Auth", "token")
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path != "/tasks/t-1" {
			_, _ = w.Write([]byte(`{"user": "root"}`))
			return
		}
		answer := map[string]any{"id": "t-1", "state": polls[0].State, "progress": polls[0].Progress}
		polls = polls[1:]
		_ = json.NewEncoder(w).Encode(answer)
	}))
	t.Cleanup(server.Close)
	base, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	client, err := vcda.New(vcda.Options{
		Transport: transport.Options{BaseURL: base, Trust: transport.Trust{Insecure: true}},
		Login:     vcda.LocalUser{Username: "root", Password: "secret"},
	})
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	ctx := vcda.WithProgress(t.Context(), func(task vcda.Task) { told = append(told, fmt.Sprint(task.State, task.Progress)) })
	if _, err := client.Wait(ctx, vcda.Task{ID: "t-1"}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"QUEUED0", "RUNNING0", "RUNNING50", "SUCCEEDED100"}; !slices.Equal(told, want) {
		t.Errorf("told %q, not %q", told, want)
	}
}
