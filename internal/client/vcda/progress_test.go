package vcda

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
)

// TestProgress: a wait tells of each change of state and progress, once.
func TestProgress(t *testing.T) {
	polls := []string{"QUEUED 0", "QUEUED 0", "RUNNING 0", "RUNNING 50", "RUNNING 50", "SUCCEEDED 100"}
	client := scripted(t, func(w http.ResponseWriter, r *http.Request) {
		var state string
		var progress int
		_, _ = fmt.Sscan(polls[0], &state, &progress) // of our own
		if len(polls) > 1 {
			polls = polls[1:]
		}
		reply(http.StatusOK, fmt.Sprintf(`{"id": "t", "state": %q, "progress": %d}`, state, progress))(w, r)
	})
	var told []string
	ctx := WithProgress(t.Context(), func(seen Task) { told = append(told, fmt.Sprintf("%s %s %d", seen.ID, seen.State, seen.Progress)) })
	if _, err := client.Wait(ctx, Task{ID: "t"}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"t QUEUED 0", "t RUNNING 0", "t RUNNING 50", "t SUCCEEDED 100"}; !slices.Equal(told, want) {
		t.Errorf("told %q, not %q", told, want)
	}
}
