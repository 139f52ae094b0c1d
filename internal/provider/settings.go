package provider

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// kind is the type of a setting.
type kind int

const (
	text kind = iota
	flag
	number
)

// setting is a row of the configuration table: the path in the provider block, the
// variable, and the rule of a value.
type setting struct {
	path   string // attribute names joined by dots
	env    string
	kind   kind
	secret bool
	def    string
	check  func(string) error           // nil: any text but an empty one
	value  func(string) (string, error) // returns the value of a text; nil: the text itself
	doc    string
}

// settings is the configuration table, the source of the schema, the environment
// lookup, the validation and their tests.
var settings = slices.Concat([]setting{
	{path: "url", env: "VCDA_URL", value: values.BaseURL, doc: "Address of the appliance's REST API, without a path, such as `https://vcda-a.example.com`."},
	{path: "thumbprint", env: "VCDA_THUMBPRINT", value: values.Thumbprint, doc: "SHA-256 thumbprint of the appliance's certificate. Needed if neither the system roots nor `ca_certificate` trust the certificate. It is accepted even if it has expired, with a warning that names the date."},
	{path: "ca_certificate", env: "VCDA_CA_CERTIFICATE", value: tlsutil.Authority, doc: "Certificate authority to trust in addition to the system roots: PEM text, or the path of a PEM file."},
	{path: "insecure", env: "VCDA_INSECURE", kind: flag, def: "false", doc: "Accept any certificate. Anyone on the network path can then read the login; for tests only."},
	{path: "service", env: "VCDA_SERVICE", check: oneOf(string(vcda.Manager), string(vcda.Cloud)), doc: "Service at `url`: `manager` (vCenter Replication Management Appliance) or `cloud` (Cloud Director Replication Management Appliance). Default: read from the appliance."},
	{path: "api_version", env: "VCDA_API_VERSION", check: oneOf("4.5", "4.6", "4.7"), doc: "Version of the API: `4.5`, `4.6` or `4.7`. Default: `4.7`, or the next lower one that the appliance supports, with a warning."},
	{path: "request_timeout", env: "VCDA_REQUEST_TIMEOUT", def: "30s", value: values.Timeout, doc: "Time for one HTTP request, such as `30s`."},
	{path: "max_retries", env: "VCDA_MAX_RETRIES", kind: number, def: "4", check: atLeast(0), doc: "How often a read is tried again after a connection error or a transient server error, and a login after the system was too busy. A write is sent again only if the system has declined it, or, in a set-up, if doing it twice makes no difference."},
	{path: "max_concurrent_requests", env: "VCDA_MAX_CONCURRENT_REQUESTS", kind: number, def: "8", check: atLeast(1), doc: "How many requests may be in flight to one system."},
	{path: "preflight", env: "VCDA_PREFLIGHT", kind: flag, def: "true", doc: "Check the peer of a new or changed pairing at plan time, for at most three seconds: can it be reached from here, does it show the configured thumbprint, is it paired already? Also check the servers of a set-up: do they show the configured thumbprints, and can the appliance use the lookup service and Cloud Director? A problem is a warning."},
}, managerSettings, loginSettings("login", vcdaLogins),
	vcenterSettings, loginSettings("vcenter.login", vcenterLogins),
	storwareSettings, loginSettings("storware.login", storwareLogins))

// objects describes the objects of the provider block that hold settings.
var objects = mergeDocs(map[string]string{
	"login": "How to log in: exactly one of the login types. Without it the environment variable `VCDA_LOGIN` names the type. A missing field comes from its environment variable.",
}, managerObjects, loginDocs("login", vcdaLogins),
	vcenterObjects, loginDocs("vcenter.login", vcenterLogins),
	storwareObjects, loginDocs("storware.login", storwareLogins))

func mergeDocs(parts ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return all
}

func oneOf(allowed ...string) func(string) error {
	return func(s string) error {
		if !slices.Contains(allowed, s) {
			return fmt.Errorf("%q is not one of %s", s, strings.Join(allowed, ", "))
		}
		return nil
	}
}

func atLeast(low int64) func(string) error {
	return func(s string) error {
		if n, err := strconv.ParseInt(s, 10, 32); err != nil || n < low {
			return fmt.Errorf("%q is not a whole number from %d up", s, low)
		}
		return nil
	}
}

// valid checks a value of the block or the variable by the row's rule.
func (s setting) valid(value string) error {
	if value == "" {
		return fmt.Errorf("it must not be empty")
	}
	if s.kind == flag {
		if _, err := strconv.ParseBool(value); err != nil {
			return fmt.Errorf("%q is neither true nor false", value)
		}
	}
	if s.check != nil {
		return s.check(value)
	}
	_, err := s.resolved(value)
	return err
}

// resolved returns the value of a text of the block or the variable.
func (s setting) resolved(text string) (string, error) {
	if s.value == nil {
		return text, nil
	}
	return s.value(text)
}
