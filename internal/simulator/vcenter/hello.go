package vcenter

import (
	"encoding/json"
	"net/http"
	"slices"
)

// hello selects a release: the first one of the request that the server has.
func (s *Server) hello(r *http.Request, body []byte) response {
	if r.Method != http.MethodPost || r.URL.RawQuery != "action=hello" {
		return s.violation(r, http.StatusNotFound, "NOT_FOUND")
	}
	var asked struct {
		APIReleases []string `json:"api_releases"`
	}
	if json.Unmarshal(body, &asked) != nil || !validReleases(asked.APIReleases) {
		return s.violation(r, http.StatusBadRequest, "INVALID_ARGUMENT")
	}
	agreed := ""
	if i := slices.IndexFunc(asked.APIReleases, s.hasRelease); i >= 0 {
		agreed = asked.APIReleases[i]
	}
	return jsonResponse(http.StatusOK, map[string]string{"api_release": agreed})
}

func (s *Server) hasRelease(release string) bool { return slices.Contains(s.options.Releases, release) }

// validReleases checks the documented bounds of the list.
func validReleases(releases []string) bool {
	tooLong := func(release string) bool { return len(release) > 64 }
	return len(releases) >= 1 && len(releases) <= 128 && !slices.ContainsFunc(releases, tooLong)
}
