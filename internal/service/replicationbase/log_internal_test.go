package replicationbase

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
)

// TestLogSync_oncePerChange: the log shows state and percent of each VM, and a poll without news adds no line.
func TestLogSync_oncePerChange(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := logSync(tflogtest.RootLogger(t.Context(), &out), "vApp replication")
	for _, web := range []struct{ state, source string }{
		{"INITIAL_SYNCING", `{"state":"syncing","progress":null}`},
		{"INITIAL_SYNCING", `{"progress":{"progress":42.7}}`},
		{"INITIAL_SYNCING", `{"progress":{"progress":42}}`},
		{"INITIAL_SYNCING", `{"progress":"soon"}`},
		{"OK", `{"progress":null}`},
	} {
		log(vcda.Replication{ID: "C4VAPP-1", VMs: []vcda.Replication{
			{VMName: "web", ConnectionState: web.state, SourceState: json.RawMessage(web.source)}, {VMName: "db", ConnectionState: "OK"},
		}})
	}
	entries, err := tflogtest.MultilineJSONDecode(&out)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, entry := range entries {
		if message, ok := entry["@message"].(string); ok && entry["@level"] == "info" {
			lines = append(lines, message)
		}
	}
	want := []string{
		"vApp replication C4VAPP-1: web INITIAL_SYNCING, db OK", "vApp replication C4VAPP-1: web INITIAL_SYNCING 42 %, db OK",
		"vApp replication C4VAPP-1: web INITIAL_SYNCING, db OK", "vApp replication C4VAPP-1: web OK, db OK",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("logged %q, want %q", lines, want)
	}
}
