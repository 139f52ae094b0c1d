package simulator

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"slices"
	"strings"
)

// compress encodes a response with gzip if the client accepts it.
func (a *Appliance) compress(r *http.Request, out response) response {
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

// acceptsGzip reports whether the client accepts gzip. It ignores the weight of a coding: no client lists gzip to
// refuse it.
func acceptsGzip(header http.Header) bool {
	codings := strings.Split(strings.Join(header.Values("Accept-Encoding"), ","), ",")
	return slices.ContainsFunc(codings, func(coding string) bool {
		name, _, _ := strings.Cut(coding, ";")
		return strings.EqualFold(strings.TrimSpace(name), "gzip")
	})
}
