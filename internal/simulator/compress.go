package simulator

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"slices"
	"strings"
)

// compress packs an answer for a client which accepts gzip.
func (a *Appliance) compress(r *http.Request, out answer) answer {
	if !a.options.Compress || len(out.body) == 0 || !acceptsGzip(r.Header) {
		return out
	}
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, _ = writer.Write(out.body) // a buffer takes all
	_ = writer.Close()
	out.body = packed.Bytes()
	out.header.Set("Content-Encoding", "gzip")
	return out
}

// acceptsGzip ignores a coding's weight: no client lists gzip to refuse it.
func acceptsGzip(header http.Header) bool {
	codings := strings.Split(strings.Join(header.Values("Accept-Encoding"), ","), ",")
	return slices.ContainsFunc(codings, func(coding string) bool {
		name, _, _ := strings.Cut(coding, ";")
		return strings.EqualFold(strings.TrimSpace(name), "gzip")
	})
}
