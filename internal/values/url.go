package values

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// URL returns the address of an https endpoint in the form for comparison and
// requests: an ASCII host in lower case without a dot at its end, an IP address in
// its shortest form, no default port, no slash at the end. It refuses parts that an
// endpoint can't have.
func URL(text string) (string, error) {
	text = trim(text)
	shown := strconv.Quote(text)
	if strings.Contains(text, "@") {
		shown = "the address" // may hold a password
	}
	if !strings.Contains(text, "://") {
		return "", notHTTPS(shown)
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return "", fmt.Errorf("%s is not a URL", shown)
	case u.User != nil:
		return "", fmt.Errorf("the URL of host %q must not hold a user or password", u.Hostname())
	case !strings.EqualFold(u.Scheme, "https"):
		return "", notHTTPS(shown)
	case u.Hostname() == "":
		return "", fmt.Errorf("%s has no host", shown)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", fmt.Errorf("%s must not have a query or a fragment", shown)
	}
	port, err := strconv.ParseUint(cmp.Or(u.Port(), "443"), 10, 16)
	if err != nil || port == 0 {
		return "", fmt.Errorf("%s has no valid port", shown)
	}
	host, err := Host(u.Hostname())
	if err != nil {
		return "", fmt.Errorf("%s has no valid host: %w", shown, err)
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port != 443 {
		host += ":" + strconv.FormatUint(port, 10)
	}
	normal := url.URL{Scheme: "https", Host: host} // escapes the zone of an IPv6 address
	return normal.String() + strings.TrimRight(u.EscapedPath(), "/"), nil
}

// BaseURL is URL for the base address of a system, which has no path.
func BaseURL(text string) (string, error) {
	normal, err := URL(text)
	if err != nil {
		return "", err
	}
	if strings.Contains(strings.TrimPrefix(normal, "https://"), "/") {
		return "", fmt.Errorf("%q must not have a path: give the base address only", normal)
	}
	return normal, nil
}

func notHTTPS(shown string) error {
	return fmt.Errorf("%s is not an https URL: begin with https://", shown)
}

var (
	errHost = errors.New("it has characters that no host name has")

	// hostName matches the names in DNS or a hosts file, underscores included.
	hostName = regexp.MustCompile(`^[a-z0-9_-]+(\.[a-z0-9_-]+)*$`)

	// toASCII maps Unicode names as browsers do.
	toASCII = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.Transitional(false), idna.StrictDomainName(false))
)

// Host returns the name or IP address of a host in the form for comparison: names
// in lower-case ASCII without a dot at the end, Unicode names in punycode, IP
// addresses in their shortest form.
func Host(name string) (string, error) {
	if address, err := netip.ParseAddr(name); err == nil {
		return address.String(), nil
	}
	if !isASCII(name) {
		mapped, err := toASCII.ToASCII(name)
		if err != nil {
			return "", errHost
		}
		name = mapped
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if !hostName.MatchString(name) {
		return "", errHost
	}
	if address, err := netip.ParseAddr(name); err == nil { // with other Unicode digits, or a dot at its end
		return address.String(), nil
	}
	return name, nil
}

// IPAddress returns an IP address in its shortest form.
func IPAddress(text string) (string, error) {
	address, err := netip.ParseAddr(text)
	if err != nil {
		return "", fmt.Errorf("%q is not an IP address", text)
	}
	return address.String(), nil
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}
