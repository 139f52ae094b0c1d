package diagnostics_test

import (
	"context"
	"crypto/x509"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/storware"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcenter"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
)

func TestDetail_partsInOrder(t *testing.T) {
	t.Parallel()
	whole := diagnostics.Detail{Advice: "Do this.", OperationID: "op-1", Consequence: "That remains.", Why: "It broke."}
	for want, d := range map[string]diagnostics.Detail{
		"It broke.\n\nThat remains.\n\nDo this.\n\nOperation ID: op-1": whole,
		"It broke.":                       {Why: "It broke."},
		"It broke.\n\nOperation ID: op-1": {Why: "It broke.", OperationID: "op-1"},
	} {
		if got := d.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if e := d.Unable("do it"); e.Summary() != "Unable to do it" || e.Detail() != want {
			t.Errorf("got %q: %q", e.Summary(), e.Detail())
		}
	}
}

func TestSentence(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"it broke": "It broke.", "It broke.": "It broke.", " it broke… ": "It broke…", "": "", " ": "",
		"über": "Über.", "ошибка": "Ошибка.", "日本": "日本.", "\xff broken": "\xff broken.",
	} {
		if got := diagnostics.Sentence(text); got != want {
			t.Errorf("Sentence(%q) = %q, want %q", text, got, want)
		}
	}
}

// A message names credentials, roles, the address or the network only if it is the
// cause.
func TestFromError_namesTheCause(t *testing.T) {
	t.Parallel()
	status := func(code int, name string, fromAPI bool) *rest.StatusError {
		return &rest.StatusError{Call: rest.Call{Method: "GET", Path: "/sites"}, Status: code, Code: name, Msg: "<h1>Blocked</h1>", FromAPI: fromAPI}
	}
	vcdaLogin := func(err error) error {
		return &vcda.LoginError{Kind: "local_user", Traits: session.Traits{ByPassword: true}, Host: "vcda-a", Refused: true, Err: err}
	}
	refused := status(http.StatusUnauthorized, "NotAuthenticated", true)
	page := status(http.StatusForbidden, "", false)
	const address, credentials, role, network = "a proxy or firewall answers in its place: check ", "whether the password has expired", "lacks", "name resolution"
	for name, c := range map[string]struct {
		system diagnostics.System
		err    error
		cause  string
		says   []string
	}{
		"login refused":                {diagnostics.VCDA, vcdaLogin(refused), credentials, []string{"public addresses", "not tried again"}},
		"login answered by a firewall": {diagnostics.VCDA, vcdaLogin(page), address, []string{"<h1>Blocked</h1>", "VCDA_URL", "url in the provider block"}},
		"login at another product":     {diagnostics.VCDA, vcdaLogin(status(http.StatusNotFound, "", false)), address, []string{"status 404"}},
		"login without a token":        {diagnostics.VCDA, vcdaLogin(vcda.ErrNoToken), address, nil},
		"page instead of JSON":         {diagnostics.VCDA, &rest.ResponseError{Status: http.StatusOK, Reason: "it is text/html", HTML: true}, address, nil},
		"lost role":                    {diagnostics.VCDA, status(http.StatusForbidden, "Forbidden", true), role, nil},
		"firewall later":               {diagnostics.VCDA, page, address, nil},
		"restarting load balancer":     {diagnostics.VCDA, status(http.StatusBadGateway, "", false), address, []string{"try again later"}},
		"no such task":                 {diagnostics.VCDA, status(http.StatusNotFound, "TaskNotFound", true), "", nil},
		"no connection":                {diagnostics.VCDA, &rest.ConnectionError{Host: "vcda-a", Err: errors.New("refused")}, network, nil},
		"refused by a proxy":           {diagnostics.VCDA, &rest.ConnectionError{Host: "vcda-a", Err: &rest.ProxyError{Host: "proxy:3128", Status: http.StatusForbidden}}, "", []string{"the proxy proxy:3128 refuses to connect: 403 Forbidden", "NO_PROXY"}},
		"a proxy that can't reach it":  {diagnostics.VCDA, &rest.ConnectionError{Host: "vcda-a", Err: &rest.ProxyError{Host: "proxy:3128", Status: http.StatusBadGateway}}, "", []string{"The proxy proxy:3128 can't reach vcda-a: check url in the provider block (VCDA_URL)"}},
		"certificate of another name":  {diagnostics.VCDA, &tlsutil.TrustError{Host: "vcda-a", NotAfter: time.Unix(90, 0), Now: time.Unix(60, 0), Err: x509.HostnameError{Certificate: &x509.Certificate{DNSNames: []string{"other"}}, Host: "vcda-a"}}, "", []string{"is valid for other, not vcda-a", "to a name that the certificate has", "pin it"}},
		"redirect":                     {diagnostics.VCDA, &rest.ResponseError{Status: http.StatusFound, Reason: "it redirects to https://login"}, address, nil},
		"login answered by a page":     {diagnostics.VCDA, vcdaLogin(&rest.ResponseError{Status: http.StatusOK, Reason: "it is text/html", HTML: true}), address, nil},
		"404 without a body":           {diagnostics.VCDA, &rest.StatusError{Status: http.StatusNotFound}, address, nil},
		"405 without a body":           {diagnostics.VCDA, &rest.StatusError{Status: http.StatusMethodNotAllowed}, address, nil},
		"415 without a body":           {diagnostics.VCDA, &rest.StatusError{Status: http.StatusUnsupportedMediaType}, address, nil},
		"501 without a body":           {diagnostics.VCDA, &rest.StatusError{Status: http.StatusNotImplemented}, address, nil},
		"extension at a proxy":         {diagnostics.VCDA, &vcda.ExtensionError{Site: "b", Index: -1, Err: status(http.StatusNotFound, "", false)}, address, nil},
		"vCenter: login at a firewall": {diagnostics.VCenter, &vcenter.LoginError{Host: "vc", Refused: true, Err: page}, address, []string{"vcenter.url in the provider block (VCDA_VCENTER_URL)"}},
		"vCenter: firewall later":      {diagnostics.VCenter, status(http.StatusUnauthorized, "", false), address, nil},
		"vCenter: lost role":           {diagnostics.VCenter, status(http.StatusForbidden, "X", true), role, nil},
		"Storware: login at a firewall": {
			diagnostics.Storware,
			&storware.LoginError{Host: "sw", Refused: true, Err: page}, address,
			[]string{"VCDA_STORWARE_URL"},
		},
		"Storware: lost role": {diagnostics.Storware, status(http.StatusForbidden, "X", true), role, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := c.system.FromError(rest.WithOperationID(t.Context(), "op-1"), c.err).String()
			for _, suspect := range []string{address, credentials, role, network} {
				if strings.Contains(got, suspect) != (suspect == c.cause) {
					t.Errorf("%q: want only the cause %q in %s", suspect, c.cause, got)
				}
			}
			for _, text := range append(c.says, "Operation ID: op-1") {
				if !strings.Contains(got, text) {
					t.Errorf("%q is missing in %s", text, got)
				}
			}
		})
	}
}

// Later messages about the same login refer to the first one.
func TestFromError_explainsALoginOnce(t *testing.T) {
	t.Parallel()
	login := &vcda.LoginError{Kind: "local_user", Host: "vcda-a", Refused: true, Err: errors.New("wrong password")}
	first := diagnostics.FromError(context.Background(), login)
	second := diagnostics.FromError(context.Background(), login)
	if !strings.Contains(first.Why, "Wrong password") || first.Advice == "" {
		t.Errorf("the first message is %q", first)
	}
	if second.Advice != "" || !strings.Contains(second.Why, "The login to vcda-a failed") {
		t.Errorf("the second message is %q", second)
	}
	other := *login
	if third := diagnostics.FromError(context.Background(), &other); third != first {
		t.Errorf("another login is explained as %q", third)
	}
}
