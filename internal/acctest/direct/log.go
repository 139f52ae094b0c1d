package direct

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"
)

// Logging is a test whose calls of a provider write their log entries to out.
func Logging(t testing.TB, out io.Writer) testing.TB {
	t.Helper()
	return logging{t, tflogtest.RootLogger(t.Context(), out)}
}

type logging struct {
	testing.TB
	ctx context.Context
}

// Context is that of the test, with a logger.
func (l logging) Context() context.Context { return l.ctx }

// Infos are the messages of the entries at info level that a log holds, without those of
// the timeouts module.
func Infos(t testing.TB, log *bytes.Buffer) (messages []string) {
	t.Helper()
	entries, err := tflogtest.MultilineJSONDecode(bytes.NewReader(log.Bytes()))
	must(t, err)
	for _, entry := range entries {
		message, _ := entry["@message"].(string)
		if entry["@level"] == "info" && !strings.Contains(message, "timeout configuration not found") {
			messages = append(messages, message)
		}
	}
	return messages
}
