package provider_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

type values = direct.Values

const somewhere = "https://vcda-a.example.com"

// variables are the variables that the provider reads. setEnv clears those of the
// environment of the tests.
var variables = []string{
	"VCDA_URL", "VCDA_THUMBPRINT", "VCDA_CA_CERTIFICATE", "VCDA_INSECURE", "VCDA_SERVICE", "VCDA_API_VERSION", "VCDA_REQUEST_TIMEOUT",
	"VCDA_MAX_RETRIES", "VCDA_MAX_CONCURRENT_REQUESTS", "VCDA_LOGIN", "VCDA_USERNAME", "VCDA_PASSWORD", "VCDA_PRINCIPAL",
	"VCDA_SAML_TOKEN", "VCDA_SAML_PRIVATE_KEY", "VCDA_SAML_SIGNATURE", "VCDA_SAML_TIMESTAMP", "VCDA_SAML_NONCE", "VCDA_COOKIE",
	"VCDA_ACCESS_TOKEN", "VCDA_CONTEXT", "VCDA_API_TOKEN", "VCDA_ORG", "VCDA_SESSION_TOKEN", "TF_APPEND_USER_AGENT",
}

// setEnv sets the given variables of the provider and clears the others.
func setEnv(t *testing.T, env map[string]string) {
	t.Helper()
	for _, name := range variables {
		t.Setenv(name, env[name])
	}
}

func serve(t *testing.T) *direct.Provider {
	t.Helper()
	return direct.Serve(t, acctest.Factories(t)["vcda"])
}

func root(password any) values {
	return values{"local_user": values{"username": "root", "password": password}}
}

// with returns a complete provider block with changes.
func with(changes values) values {
	block := values{"url": somewhere, "login": root("secret")}
	maps.Copy(block, changes)
	return block
}

// testKey returns a valid private key.
func testKey() string { return simulator.DefaultAccounts().SAML[1].PrivateKeyPEM() }

// A variable may set a missing field.
func TestValidation_fieldFromTheEnvironment(t *testing.T) {
	t.Setenv("VCDA_SAML_NONCE", "n")
	block := values{"url": somewhere, "login": values{"sso_token": values{"saml_token": "t", "signature": "s", "timestamp": 1}}}
	if problems := serve(t).Validate(t, block); len(problems) > 0 {
		t.Error(problems.Errors())
	}
}

// TestValidation holds what is refused before anything is contacted: the
// attribute the diagnostic points at, and a part of what it says.
func TestValidation(t *testing.T) {
	setEnv(t, nil)
	for name, c := range map[string]struct {
		block      values
		path, says string
	}{
		"http":              {with(values{"url": "http://vcda-a.example.com"}), "url", `"http://vcda-a.example.com" is not an https URL`},
		"no scheme":         {with(values{"url": "vcda-a.example.com"}), "url", "is not an https URL"},
		"path":              {with(values{"url": "https://vcda-a.example.com/ui"}), "url", "must not have a path"},
		"user":              {with(values{"url": "https://root@vcda-a.example.com"}), "url", "must not hold a user or password"},
		"query":             {with(values{"url": "https://vcda-a.example.com?a=b"}), "url", "must not have a query"},
		"fragment":          {with(values{"url": "https://vcda-a.example.com#a"}), "url", "must not have a query or a fragment"},
		"no host":           {with(values{"url": "https://"}), "url", "has no host"},
		"empty url":         {with(values{"url": ""}), "url", "must not be empty"},
		"thumbprint":        {with(values{"thumbprint": "SHA-1:AB:CD"}), "thumbprint", "that is a SHA-1 thumbprint"},
		"empty CA":          {with(values{"ca_certificate": ""}), "ca_certificate", "must not be empty"},
		"service":           {with(values{"service": "replicator"}), "service", `"replicator" is not one of manager, cloud`},
		"version":           {with(values{"api_version": "3.0"}), "api_version", `"3.0" is not one of 4.5, 4.6, 4.7`},
		"duration":          {with(values{"request_timeout": "30"}), "request_timeout", `"30" is not a duration above zero`},
		"no time":           {with(values{"request_timeout": "0s"}), "request_timeout", "not a duration above zero"},
		"negative time":     {with(values{"request_timeout": "-5s"}), "request_timeout", "not a duration above zero"},
		"retries":           {with(values{"max_retries": -1}), "max_retries", "not a whole number from 0 up"},
		"concurrency":       {with(values{"max_concurrent_requests": 0}), "max_concurrent_requests", "not a whole number from 1 up"},
		"huge concurrency":  {with(values{"max_concurrent_requests": int64(1) << 40}), "max_concurrent_requests", "not a whole number from 1 up"},
		"empty login":       {values{"url": somewhere, "login": values{}}, "login", "exactly one of local_user, sso_credentials, sso_token, vcd_credentials, vcd_cookie, vcd_access_token, vcd_api_token, session_token; 0 are set"},
		"two logins":        {values{"url": somewhere, "login": values{"local_user": values{}, "vcd_cookie": values{}}}, "login", "2 are set"},
		"two and unknown":   {values{"url": somewhere, "login": values{"local_user": values{}, "vcd_cookie": values{}, "session_token": direct.Unknown}}, "login", "2 are set"},
		"empty field":       {values{"url": somewhere, "login": root("")}, "login.local_user.password", "must not be empty"},
		"broken CA":         {with(values{"ca_certificate": "-----BEGIN CERTIFICATE-----\nc2VjcmV0\n-----END CERTIFICATE-----\n"}), "ca_certificate", "certificate 1 of the text can't be read"},
		"CA of a key":       {with(values{"ca_certificate": "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"}), "ca_certificate", `a block of type "PRIVATE KEY"`},
		"no nonce":          {values{"url": somewhere, "login": values{"sso_token": values{"saml_token": "t", "signature": "s", "timestamp": 1}}}, "login.sso_token", "needs its timestamp and its nonce"},
		"key and signature": {values{"url": somewhere, "login": values{"sso_token": values{"saml_token": "t", "signature": "s", "private_key": testKey()}}}, "login.sso_token", "exclude each other"},
		"line break":        {values{"url": somewhere, "login": values{"local_user": values{"username": "root", "password": "s3cret\n"}}}, "login.local_user.password", "ends in a line break"},
		"no organization":   {values{"url": somewhere, "login": values{"vcd_credentials": values{"username": "administrator", "password": "p"}}}, "login.vcd_credentials.username", "administrator@System"},
		"host and port":     {with(values{"url": "127.0.0.1:443"}), "url", "begin with https://"},
		"private key":       {values{"url": somewhere, "login": values{"sso_token": values{"saml_token": "t", "private_key": "no key"}}}, "login.sso_token.private_key", "no PEM private key"},
		"timestamp":         {values{"url": somewhere, "login": values{"sso_token": values{"saml_token": "t", "timestamp": 0}}}, "login.sso_token.timestamp", "milliseconds since 1970"},
		"secret not quoted": {values{"url": somewhere, "login": values{"sso_token": values{"private_key": "hush"}}}, "login.sso_token.private_key", "The value can't be used"},
	} {
		t.Run(name, func(t *testing.T) {
			problems := serve(t).Validate(t, c.block)
			errors := problems.Errors()
			if len(errors) != 1 || !strings.HasPrefix(errors[0], c.path+": ") || !strings.Contains(errors[0], c.says) {
				t.Errorf("got %q; want one at %s that says %q", errors, c.path, c.says)
			}
			if strings.Contains(strings.Join(errors, ""), "hush") {
				t.Error("a secret is shown")
			}
		})
	}
}

// Configurations that are valid.
func TestValidation_accepts(t *testing.T) {
	setEnv(t, nil)
	for name, block := range map[string]values{
		"nothing":               {},
		"slash, case and port":  with(values{"url": "https://VCDA-A.example.com:443/"}),
		"address":               with(values{"url": "https://[::1]:8043"}),
		"lower-case thumbprint": with(values{"thumbprint": strings.Repeat("ab:", 31) + "ab"}),
		"everything unknown": {
			"url": direct.Unknown, "thumbprint": direct.Unknown, "ca_certificate": direct.Unknown, "insecure": direct.Unknown, "service": direct.Unknown,
			"api_version": direct.Unknown, "request_timeout": direct.Unknown, "max_retries": direct.Unknown, "max_concurrent_requests": direct.Unknown, "login": direct.Unknown,
		},
		"one login and an unknown one": {"login": values{"local_user": values{}, "vcd_cookie": direct.Unknown}},
		"only an unknown login":        {"login": values{"vcd_cookie": direct.Unknown}},
		"unknown password":             {"login": root(direct.Unknown)},
	} {
		t.Run(name, func(t *testing.T) {
			if problems := serve(t).Validate(t, block); len(problems) > 0 {
				t.Errorf("got %q", append(problems.Errors(), problems.Warnings()...))
			}
		})
	}
}

// Errors that depend on the environment or files, so that validation does not find
// them.
func TestConfigure_errors(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing.pem")
	notPEM := filepath.Join(t.TempDir(), "text.pem")
	if err := os.WriteFile(notPEM, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	key := simulator.DefaultAccounts().SAML[1].PrivateKeyPEM()
	sso := func(fields values) values {
		fields["saml_token"] = "token"
		return values{"url": somewhere, "login": values{"sso_token": fields}}
	}
	for name, c := range map[string]struct {
		block      values
		env        map[string]string
		path, says string
	}{
		"no login":             {values{"url": somewhere}, nil, "login", "name the type in the environment variable VCDA_LOGIN"},
		"unknown type":         {values{"url": somewhere}, map[string]string{"VCDA_LOGIN": "kerberos"}, "login", `Invalid VCDA_LOGIN: The environment variable holds "kerberos"`},
		"two logins":           {values{"url": somewhere, "login": values{"local_user": values{}, "vcd_cookie": values{}}}, nil, "login", "2 are set"},
		"http in environment":  {values{"login": root("x")}, map[string]string{"VCDA_URL": "http://a"}, "url", "Invalid VCDA_URL: The environment variable sets url"},
		"missing CA":           {with(values{"ca_certificate": missing}), nil, "ca_certificate", "so the provider treats it as the path of a file"},
		"missing CA in env":    {with(nil), map[string]string{"VCDA_CA_CERTIFICATE": missing}, "ca_certificate", "no such file"},
		"CA without PEM":       {with(values{"ca_certificate": notPEM}), nil, "ca_certificate", "it holds no PEM certificate"},
		"bad flag":             {with(nil), map[string]string{"VCDA_INSECURE": "perhaps"}, "insecure", `Invalid VCDA_INSECURE: The environment variable sets insecure. The value can't be used: "perhaps" is neither true nor false`},
		"bad number":           {with(nil), map[string]string{"VCDA_MAX_RETRIES": "some"}, "max_retries", "Invalid VCDA_MAX_RETRIES"},
		"signature and key":    {sso(values{"signature": "s", "timestamp": 1, "nonce": "n", "private_key": key}), nil, "login.sso_token", "private_key and signature exclude each other"},
		"signature, no nonce":  {sso(values{"signature": "s", "timestamp": 1}), nil, "login.sso_token", "needs its timestamp and its nonce"},
		"signature, no time":   {sso(values{"signature": "s", "nonce": "n"}), nil, "login.sso_token", "needs its timestamp and its nonce"},
		"null extension":       {with(values{"session_extensions": []any{nil}}), nil, "session_extensions", "must not be null"},
		"bad key in env":       {sso(values{}), map[string]string{"VCDA_SAML_PRIVATE_KEY": "hush"}, "login.sso_token.private_key", "Invalid VCDA_SAML_PRIVATE_KEY"},
		"bad timestamp in env": {sso(values{}), map[string]string{"VCDA_SAML_TIMESTAMP": "noon"}, "login.sso_token.timestamp", "Invalid VCDA_SAML_TIMESTAMP"},
	} {
		t.Run(name, func(t *testing.T) {
			setEnv(t, c.env)
			errors := serve(t).Configure(t, c.block).Errors()
			if len(errors) != 1 || !strings.HasPrefix(errors[0], c.path+": ") || !strings.Contains(errors[0], c.says) {
				t.Errorf("got %q; want one at %q that says %q", errors, c.path, c.says)
			}
			if strings.Contains(strings.Join(errors, ""), "hush") {
				t.Error("a secret is shown")
			}
		})
	}
}

// TestConfigure_severalBadVariables: each has its error in the same run, the address included.
func TestConfigure_severalBadVariables(t *testing.T) {
	bad := map[string]string{"VCDA_URL": "http://a", "VCDA_MAX_RETRIES": "some", "VCDA_USERNAME": "root\n"}
	setEnv(t, bad)
	errors := serve(t).Configure(t, values{"login": values{"local_user": values{"password": "secret"}}}).Errors()
	if len(errors) != len(bad) {
		t.Errorf("got %q", errors)
	}
	for name := range bad {
		if !strings.Contains(strings.Join(errors, "\n"), "Invalid "+name+":") {
			t.Errorf("%s is missing in %q", name, errors)
		}
	}
}

func TestConfigure_warnings(t *testing.T) {
	for name, c := range map[string]struct {
		block values
		env   map[string]string
		says  []string // a part of each warning
	}{
		"none":                   {with(nil), nil, nil},
		"insecure":               {with(values{"insecure": true}), nil, []string{"insecure: Certificates are not checked"}},
		"insecure in env":        {with(nil), map[string]string{"VCDA_INSECURE": "1"}, []string{"insecure: Certificates are not checked"}},
		"secure over env":        {with(values{"insecure": false}), map[string]string{"VCDA_INSECURE": "true"}, nil},
		"other login type":       {with(nil), map[string]string{"VCDA_COOKIE": "c"}, []string{"Ignored environment variable VCDA_COOKIE: It belongs to the login type vcd_cookie, but the provider logs in with local_user."}},
		"two login types":        {with(nil), map[string]string{"VCDA_COOKIE": "c", "VCDA_SESSION_TOKEN": "t"}, []string{"VCDA_COOKIE", "VCDA_SESSION_TOKEN"}},
		"shared variable":        {values{"url": somewhere}, map[string]string{"VCDA_LOGIN": "vcd_credentials", "VCDA_USERNAME": "u@o", "VCDA_PASSWORD": "p"}, nil},
		"another login type":     {values{"url": somewhere}, map[string]string{"VCDA_LOGIN": "vcd_api_token", "VCDA_API_TOKEN": "t", "VCDA_ORG": "o", "VCDA_PASSWORD": "p"}, []string{"Ignored environment variable VCDA_PASSWORD"}},
		"VCDA_LOGIN contradicts": {with(nil), map[string]string{"VCDA_LOGIN": "vcd_cookie"}, []string{"Ignored environment variable VCDA_LOGIN: It names the login type vcd_cookie, but the provider block logs in with local_user."}},
		"VCDA_LOGIN agrees":      {with(nil), map[string]string{"VCDA_LOGIN": "local_user"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			setEnv(t, c.env)
			problems := serve(t).Configure(t, c.block)
			if errors := problems.Errors(); len(errors) > 0 {
				t.Fatal(errors)
			}
			warnings := problems.Warnings()
			if len(warnings) != len(c.says) {
				t.Fatalf("got %q; want %q", warnings, c.says)
			}
			for _, text := range c.says {
				if !slices.ContainsFunc(warnings, func(w string) bool { return strings.Contains(w, text) }) {
					t.Errorf("got %q; want %q", warnings, text)
				}
			}
		})
	}
}

// The provider accepts unknown values. An operation that needs the appliance names
// the missing one.
func TestConfigure_unknownValues(t *testing.T) {
	for dotted, block := range map[string]values{
		"url":                       with(values{"url": direct.Unknown}),
		"thumbprint":                with(values{"thumbprint": direct.Unknown}),
		"ca_certificate":            with(values{"ca_certificate": direct.Unknown}),
		"insecure":                  with(values{"insecure": direct.Unknown}),
		"service":                   with(values{"service": direct.Unknown}),
		"api_version":               with(values{"api_version": direct.Unknown}),
		"request_timeout":           with(values{"request_timeout": direct.Unknown}),
		"max_retries":               with(values{"max_retries": direct.Unknown}),
		"max_concurrent_requests":   with(values{"max_concurrent_requests": direct.Unknown}),
		"login":                     with(values{"login": direct.Unknown}),
		"login.vcd_cookie":          with(values{"login": values{"vcd_cookie": direct.Unknown}}),
		"login.local_user.password": with(values{"login": root(direct.Unknown)}),
	} {
		t.Run(dotted, func(t *testing.T) {
			setEnv(t, nil)
			p := serve(t)
			if problems := p.Configure(t, block); len(problems) > 0 {
				t.Fatalf("got %q", problems.Errors())
			}
			_, problems := p.ReadData(t, "vcda_session", values{})
			errors := problems.Errors()
			if len(errors) != 1 || !strings.Contains(errors[0], "Unable to use the provider before "+dotted+" is known") {
				t.Errorf("got %q", errors)
			}
		})
	}
}

// A block without a URL is valid until an operation needs it.
func TestConfigure_withoutURL(t *testing.T) {
	setEnv(t, nil)
	p := serve(t)
	if problems := p.Configure(t, values{}); len(problems) > 0 {
		t.Fatalf("got %q", problems.Errors())
	}
	_, problems := p.ReadData(t, "vcda_session", values{})
	if errors := problems.Errors(); len(errors) != 1 || !strings.Contains(errors[0], "The provider block has no url. Set it, or the environment variable VCDA_URL") {
		t.Errorf("got %q", errors)
	}
}

// The CLI may call the provider before it is configured.
func TestConfigure_missing(t *testing.T) {
	setEnv(t, nil)
	_, problems := serve(t).ReadData(t, "vcda_session", values{})
	if errors := problems.Errors(); len(errors) != 1 || !strings.Contains(errors[0], "Nothing has configured the provider") {
		t.Errorf("got %q", errors)
	}
}

// ca_certificate is PEM text or the path of a file, in the block or in the
// variable.
func TestCACertificate(t *testing.T) {
	a := acctest.StartAppliances(t).Appliance("site-a")
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, []byte(a.CertificatePEM()), 0o600); err != nil {
		t.Fatal(err)
	}
	pem := a.CertificatePEM()
	base64 := strings.NewReplacer("-----BEGIN CERTIFICATE-----\n", "", "-----END CERTIFICATE-----\n", "").Replace(pem)
	for name, given := range map[string]string{
		"text": pem, "file": file, "text with a mark": "\ufeff" + pem + "\r", "text in one line": strings.ReplaceAll(pem, "\n", `\n`), "base64": base64,
	} {
		for where, c := range map[string]struct {
			block any
			env   string
		}{"block": {given, ""}, "environment": {nil, given}} {
			t.Run(name+" in "+where, func(t *testing.T) {
				setEnv(t, map[string]string{"VCDA_CA_CERTIFICATE": c.env})
				user := a.Accounts().LocalUsers[0]
				readSession(t, values{"url": a.URL(), "ca_certificate": c.block, "login": values{"local_user": values{"username": user.Username, "password": user.Password}}})
			})
		}
	}
}

// The settings that trust an appliance without a certificate of a system root.
func TestTrust(t *testing.T) {
	setEnv(t, nil)
	fixture := acctest.StartAppliances(t)
	a := fixture.Appliance("site-a")
	user := a.Accounts().LocalUsers[0]
	for name, trust := range map[string]values{
		"thumbprint":       {"thumbprint": a.Thumbprint()},
		"other form":       {"thumbprint": strings.ToLower(strings.TrimPrefix(a.Thumbprint(), "SHA-256:"))},
		"authority":        {"ca_certificate": fixture.CertificateAuthority()},
		"certificate":      {"ca_certificate": a.CertificatePEM()},
		"insecure":         {"insecure": true},
		"CA before pinned": {"ca_certificate": fixture.CertificateAuthority(), "thumbprint": strings.Repeat("AB:", 31) + "AB"},
	} {
		t.Run(name, func(t *testing.T) {
			trust["url"], trust["login"] = a.URL(), values{"local_user": values{"username": user.Username, "password": user.Password}}
			readSession(t, trust)
		})
	}
}

// All settings come from variables.
func TestEnvironment_only(t *testing.T) {
	a := acctest.StartAppliances(t).Appliance("site-a")
	user := a.Accounts().LocalUsers[0]
	setEnv(t, map[string]string{
		"VCDA_URL": a.URL(), "VCDA_THUMBPRINT": a.Thumbprint(), "VCDA_SERVICE": "manager", "VCDA_API_VERSION": "4.6",
		"VCDA_LOGIN": "local_user", "VCDA_USERNAME": user.Username, "VCDA_PASSWORD": user.Password,
	})
	readSession(t, values{})
	for _, r := range a.Requests() {
		if accept := r.Header.Get("Accept"); accept != "application/vnd.vmware.h4-v4.6+json;charset=UTF-8" {
			t.Errorf("%s %s asks for %s", r.Method, r.Path, accept)
		}
	}
}

// The provider block overrules invalid variables.
func TestEnvironment_isOverruled(t *testing.T) {
	a := acctest.StartAppliances(t).Appliance("site-a")
	user := a.Accounts().LocalUsers[0]
	setEnv(t, map[string]string{
		"VCDA_URL": "https://wrong.invalid", "VCDA_THUMBPRINT": strings.Repeat("AB", 32), "VCDA_API_VERSION": "4.5",
		"VCDA_USERNAME": "wrong", "VCDA_PASSWORD": "wrong", "VCDA_REQUEST_TIMEOUT": "1ns",
	})
	readSession(t, values{
		"url": a.URL(), "thumbprint": a.Thumbprint(), "api_version": "4.7", "request_timeout": "1m",
		"login": values{"local_user": values{"username": user.Username, "password": user.Password}},
	})
}

// The user agent has the provider, the CLI, and the addition of the user.
func TestUserAgent(t *testing.T) {
	a := acctest.StartAppliances(t).Appliance("site-a")
	user := a.Accounts().LocalUsers[0]
	for more, want := range map[string]string{
		"":                       "terraform-provider-vcda/test Terraform/1.2.3",
		" pipeline/7 (nightly) ": "terraform-provider-vcda/test Terraform/1.2.3 pipeline/7 (nightly)",
		"pipeline/7\n(nightly)":  "terraform-provider-vcda/test Terraform/1.2.3 pipeline/7 (nightly)",
	} {
		setEnv(t, map[string]string{"TF_APPEND_USER_AGENT": more})
		a.ResetStats()
		readSession(t, values{"url": a.URL(), "thumbprint": a.Thumbprint(), "login": values{"local_user": values{"username": user.Username, "password": user.Password}}})
		for _, r := range a.Requests() {
			if got := r.Header.Get("User-Agent"); got != want {
				t.Errorf("%s %s comes from %q; want %q", r.Method, r.Path, got, want)
			}
			if !strings.HasPrefix(r.Header.Get("Operationid"), "terraform-") {
				t.Errorf("%s %s has no operation id", r.Method, r.Path)
			}
		}
	}
}

// readSession configures a new provider and logs in.
func readSession(t *testing.T, block values) values {
	t.Helper()
	p := serve(t)
	if errors := p.Configure(t, block).Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	session, problems := p.ReadData(t, "vcda_session", values{})
	if errors := problems.Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	return session
}

// A field in the block overrules the variables of fields that exclude it.
func TestEnvironment_rivalsAreIgnored(t *testing.T) {
	key := simulator.DefaultAccounts().SAML[1].PrivateKeyPEM()
	for name, c := range map[string]struct {
		sso values
		env map[string]string
	}{
		"key beats signature": {values{"private_key": key}, map[string]string{"VCDA_SAML_SIGNATURE": "s", "VCDA_SAML_TIMESTAMP": "1", "VCDA_SAML_NONCE": "n"}},
		"signature beats key": {values{"signature": "s", "timestamp": 1, "nonce": "n"}, map[string]string{"VCDA_SAML_PRIVATE_KEY": key}},
	} {
		t.Run(name, func(t *testing.T) {
			setEnv(t, c.env)
			c.sso["saml_token"] = "token"
			if errors := serve(t).Configure(t, with(values{"login": values{"sso_token": c.sso}})).Errors(); len(errors) > 0 {
				t.Error(errors)
			}
		})
	}
	setEnv(t, map[string]string{"VCDA_SAML_SIGNATURE": "s", "VCDA_SAML_TIMESTAMP": "1", "VCDA_SAML_NONCE": "n", "VCDA_SAML_PRIVATE_KEY": key})
	if errors := serve(t).Configure(t, with(values{"login": values{"sso_token": values{"saml_token": "token"}}})).Errors(); len(errors) != 1 {
		t.Errorf("both variables: %v", errors)
	}
}

// A missing URL fails the plan of an operation that needs an appliance. An unknown
// URL does not.
func TestNoURL_failsThePlan(t *testing.T) {
	setEnv(t, nil)
	keptByDestroy := []string{"vcda_tunnel", "vcda_appliance_password"} // a destroy makes no call
	for resource, c := range everyResource {
		config, before := maps.Clone(c.config), maps.Clone(c.config)
		changed, _ := alter(before).(values)
		maps.Copy(before, c.state)
		maps.Copy(changed, c.state)
		if resource == "vcda_appliance_password" {
			delete(config, "url") // it has its own address
		}
		for name, step := range map[string]struct {
			prior  direct.Object
			config values
			fails  bool
		}{
			"create":  {direct.Object{}, config, true},
			"update":  {direct.Object{Values: changed}, config, true},
			"destroy": {direct.Object{Values: before}, nil, !slices.Contains(keptByDestroy, resource)},
		} {
			for _, url := range []any{nil, direct.Unknown} {
				p := serve(t)
				p.Configure(t, values{"url": url})
				problems := p.Plan(t, resource, step.prior, step.config).Diagnostics.Errors()
				switch wanted := url == nil && step.fails; {
				case wanted && (len(problems) != 1 || !strings.Contains(problems[0], "provider block") || !strings.Contains(problems[0], "url")):
					t.Errorf("%s of %s: %q", name, resource, problems)
				case !wanted && len(problems) > 0:
					t.Errorf("%s of %s, url %v: %q", name, resource, url, problems)
				}
			}
		}
	}
	for action, configs := range everyAction {
		for _, url := range []any{nil, direct.Unknown} {
			p := serve(t)
			p.Configure(t, values{"url": url})
			if problems := p.PlanAction(t, action, configs[0]).Errors(); (len(problems) == 1) != (url == nil) {
				t.Errorf("%s, url %v: %q", action, url, problems)
			}
		}
	}
}

// alter returns a value in which one text is changed.
func alter(value any) any {
	switch value := value.(type) {
	case string:
		return value + "-before"
	case []any:
		return []any{alter(value[0])}
	case values:
		changed := maps.Clone(value)
		for _, name := range slices.Sorted(maps.Keys(changed)) {
			if altered := alter(changed[name]); altered != nil {
				changed[name] = altered
				return changed
			}
		}
	}
	return nil
}
