package provider_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
)

// badTexts are invalid texts by a part of the name of the attribute.
var badTexts = []struct{ part, value string }{
	{"thumbprint", "AB:CD"},
	{"url", "vcenter"},
	{"url", "http://vcenter.example.com"},
	{"certificate", "-----BEGIN CERTIFICATE-----"},
	{"password", "Another-1\n"},
	{"user", "root\n"},
	{"token", "a\x00b"},
	{"cookie", "a\x00b"},
	{"ticket", "a\x00b"},
	{"session_id", "a\x00b"},
	{"signature", "a\x00b"},
	{"private_key", "no key"},
	{"principal", "root\n"},
	{"nonce", "n\n"},
	{"context", "acme\n"},
	{"org", "acme\n"},
	{"service", "no such"},
	{"api_version", "3.0"},
	{"release", "8.0U2"},
	{"timeouts.", "soon"},
	{"timeouts.", "-5m"},
	{"timeouts.", "0s"},
	{"timeout", "soon"},
	{"timeout", "-5m"},
	{"timeout", "0s"},
	{"_at", "tomorrow"},
	{"started_after", "tomorrow"},
	{"address", "two words"},
	{"uuid", "no uuid"},
	{"replication_id", "no id"},
}

// Attributes that accept an empty text, or any number, by a part of the name.
var (
	emptyTexts = []string{"description", "prompt"}
	anyNumbers = []string{"max_incoming", "_version"}
)

// kinds are the kinds of objects, and the provider block, with their configurations,
// schemas and validation.
var kinds = map[string]struct {
	configs  map[string][]values
	schema   func(p *direct.Provider, name string) *tfprotov6.Schema
	validate func(p *direct.Provider, t testing.TB, name string, config values) direct.Diagnostics
}{
	"provider": {
		map[string][]values{"vcda": providerBlocks()},
		func(p *direct.Provider, _ string) *tfprotov6.Schema { return p.Schemas().Provider },
		func(p *direct.Provider, t testing.TB, _ string, config values) direct.Diagnostics {
			return p.Validate(t, config)
		},
	},
	"resource": {
		resourceConfigs(),
		func(p *direct.Provider, name string) *tfprotov6.Schema { return p.Schemas().ResourceSchemas[name] },
		(*direct.Provider).ValidateResource,
	},
	"data source": {
		everyDataSource,
		func(p *direct.Provider, name string) *tfprotov6.Schema { return p.Schemas().DataSourceSchemas[name] },
		(*direct.Provider).ValidateData,
	},
	"ephemeral resource": {
		everyEphemeral,
		func(p *direct.Provider, name string) *tfprotov6.Schema {
			return p.Schemas().EphemeralResourceSchemas[name]
		},
		(*direct.Provider).ValidateEphemeral,
	},
	"list resource": {
		everyList,
		func(p *direct.Provider, name string) *tfprotov6.Schema { return p.Schemas().ListResourceSchemas[name] },
		(*direct.Provider).ValidateList,
	},
	"action": {
		everyAction,
		func(p *direct.Provider, name string) *tfprotov6.Schema { return p.Schemas().ActionSchemas[name].Schema },
		(*direct.Provider).ValidateAction,
	},
}

// providerBlocks returns provider blocks with all nested objects. Each login type of each
// system is in one of them.
func providerBlocks() []values {
	user := values{"username": "user@acme", "password": "secret"}
	logins := []values{
		{"local_user": user},
		{"sso_credentials": user},
		{"vcd_credentials": user},
		{"sso_token": values{"saml_token": "secret"}},
		{"vcd_cookie": values{"cookie": "secret"}},
		{"vcd_access_token": values{"access_token": "secret"}},
		{"vcd_api_token": values{"api_token": "secret", "org": "acme"}},
		{"session_token": values{"token": "secret"}},
	}
	vcenterLogins := []values{{"credentials": user}, {"clone_ticket": values{"ticket": "secret"}}, {"session_id": values{"session_id": "secret"}}}
	storwareLogins := []values{{"credentials": user}, {"token": values{"token": "secret"}}, {"node": values{"name": "n", "password": "secret", "version": "5.1"}}}
	var blocks []values
	for i, login := range logins {
		blocks = append(blocks, with(values{
			"login": login, "manager": values{}, "session_extensions": []any{extensionMethods[i%len(extensionMethods)]},
			"vcenter":  values{"login": vcenterLogins[i%len(vcenterLogins)]},
			"storware": values{"login": storwareLogins[i%len(storwareLogins)]},
		}))
	}
	return blocks
}

// resourceConfigs returns the configurations of everyResource, and others with all
// nested objects.
func resourceConfigs() map[string][]values {
	configs := map[string][]values{}
	for name, c := range everyResource {
		configs[name] = []values{c.config}
	}
	with := func(name string, more values) {
		config := maps.Clone(everyResource[name].config)
		maps.Copy(config, more)
		configs[name] = append(configs[name], config)
	}
	rules := []any{values{"instances": 1, "distance_minutes": 60}}
	mappings := []any{values{"source_network": "lan", "destination_network_id": anyUUID}}
	with("vcda_vm_replication", values{
		"source":          values{"site": "site-a", "vcenter_vm": values{"vcenter_id": anyUUID, "vm_id": "vm-1", "vapp_name": "shop"}},
		"retention_rules": rules,
		"network_settings": values{
			"failover":      values{"network_mappings": mappings, "nics": []any{values{"index": 0}}},
			"failover_test": values{"network_mappings": mappings, "nics": []any{values{"index": 0}}},
		},
	})
	with("vcda_vapp_replication", values{
		"source":           values{"site": "site-a", "vapp_template": values{"id": anyUUID}},
		"retention_rules":  rules,
		"network_settings": values{"failover": values{"network_mappings": mappings}},
	})
	with("vcda_vapp_replication", values{
		"source": values{"site": "site-a", "vcenter_vapp": values{"vcenter_id": anyUUID, "vapp_name": "shop", "vm_ids": []any{"vm-1"}}},
	})
	network := []any{values{"key": 4000, "network_id": "network-1"}}
	with("vcda_vsphere_replication", values{
		"destination":       values{"site": "site-b", "vcenter_id": anyUUID, "datastore_id": "datastore-1", "disks": []any{values{"key": 2000, "datastore_id": "datastore-1"}}},
		"retention_rules":   rules,
		"recovery_settings": values{"failover": values{"network_mappings": network}, "failover_test": values{"network_mappings": network}},
	})
	configs["vcda_session_extension"] = append(configs["vcda_session_extension"], extensionMethods...)
	return configs
}

// extensionMethods are the configurations of an extension with each method.
var extensionMethods = []values{
	{"site": "site-b", "multisite": values{"org": "acme"}},
	{"site": "site-b", "credentials": values{"username": "admin@acme", "password": "secret"}},
	{"site": "site-b", "access_token": values{"token": "secret", "context": "acme"}},
	{"site": "site-b", "api_token": values{"token": "secret", "org": "acme"}},
	{"site": "site-b", "cookie": values{"cookie": "secret"}},
}

// Valid configurations of each object.
var (
	everyDataSource = map[string][]values{
		"vcda_session": {{}}, "vcda_sites": {{}}, "vcda_site": {{"site": "site-b"}}, "vcda_task": {{"id": anyUUID}}, "vcda_tasks": {{}},
		"vcda_appliance": {{}}, "vcda_health": {{}}, "vcda_remote_certificate": {{"url": "https://site-b.example.com"}}, "vcda_replicators": {{}}, "vcda_tunnels": {{}},
		"vcda_service_certificate": {{"service": "manager", "vm_id": "vm-42"}},
		"vcda_vm_replications":     {{}}, "vcda_vapp_replications": {{}}, "vcda_vsphere_replications": {{}},
		"vcda_replication": {{"id": "C4-" + anyUUID}}, "vcda_replication_instances": {{"replication_id": "C4-" + anyUUID}},
		"vcda_replication_policy": {{"name": "gold"}}, "vcda_replication_policies": {{}}, "vcda_sla_profiles": {{}},
		"vcda_inventory":       {{"kind": "networks", "vdc_id": anyUUID}},
		"vcda_vcenter_session": {{}}, "vcda_storware_session": {{}}, "vcda_storware_user": {{}}, "vcda_storware_status": {{}},
	}
	everyEphemeral = map[string][]values{
		"vcda_session": {{}}, "vcda_session_extension": extensionMethods,
		"vcda_vcenter_clone_ticket": {{}}, "vcda_vcenter_session": {{}}, "vcda_storware_session": {{}},
	}
	everyList = map[string][]values{
		"vcda_site_pairing": {{}}, "vcda_vm_replication": {{}}, "vcda_vapp_replication": {{}}, "vcda_vsphere_replication": {{}}, "vcda_replicator": {{}}, "vcda_tunnel": {{}},
	}
	everyAction = map[string][]values{
		"vcda_site_repair": {{"id": "site-b"}}, "vcda_health_check": {{}},
		"vcda_replication_sync":       {{"replication_ids": []any{"C4-" + anyUUID}}},
		"vcda_replication_failover":   {{"replication_ids": []any{"C4-" + anyUUID}}},
		"vcda_replication_migrate":    {{"replication_ids": []any{"C4-" + anyUUID}}},
		"vcda_replication_reverse":    {{"replication_ids": []any{"C4-" + anyUUID}, "accept_source_deletion": true}},
		"vcda_recovery_plan_failover": {{"plan_id": anyUUID}}, "vcda_recovery_plan_migrate": {{"plan_id": anyUUID}},
	}
)

func TestEveryObject_isListed(t *testing.T) {
	t.Parallel()
	p := serve(t)
	known := map[string][]string{
		"resource":    slices.Collect(maps.Keys(p.Schemas().ResourceSchemas)),
		"data source": slices.Collect(maps.Keys(p.Schemas().DataSourceSchemas)), "ephemeral resource": slices.Collect(maps.Keys(p.Schemas().EphemeralResourceSchemas)),
		"list resource": slices.Collect(maps.Keys(p.Schemas().ListResourceSchemas)), "action": slices.Collect(maps.Keys(p.Schemas().ActionSchemas)),
	}
	for kind, names := range known {
		for _, name := range names {
			configs := kinds[kind].configs[name]
			if len(configs) == 0 {
				t.Errorf("no configuration of the %s %s", kind, name)
			}
			for _, config := range configs {
				if problems := kinds[kind].validate(p, t, name, config).Errors(); len(problems) > 0 {
					t.Errorf("%s %s: %q", kind, name, problems)
				}
			}
		}
	}
}

// Validation refuses a bad value of each argument with one message that names it.
func TestBadValues(t *testing.T) {
	t.Parallel()
	p := serve(t)
	for kind, k := range kinds {
		eachBadValue(p, kind, func(name string, a argument, bad any, config values) {
			problems := k.validate(p, t, name, config).Errors()
			if len(problems) != 1 || !strings.HasPrefix(problems[0], a.path+": ") {
				t.Errorf("%s %s: %s = %v: %q", kind, name, a.path, bad, problems)
			}
		})
	}
}

// eachBadValue tries each bad value of each argument of the objects of a kind.
func eachBadValue(p *direct.Provider, kind string, try func(name string, a argument, bad any, config values)) {
	for name, configs := range kinds[kind].configs {
		for _, config := range configs {
			for _, a := range argumentsOf(kinds[kind].schema(p, name).Block.Attributes, config, "") {
				for _, bad := range badValuesOf(a) {
					try(name, a, bad, withValue(config, a.steps, bad))
				}
			}
		}
	}
}

// The command line also shows one error for each argument. The text names the argument,
// since the command line shows only the object that has it.
func TestBadValues_commandLine(t *testing.T) {
	t.Parallel()
	p := serve(t)
	configuration, sessions, wanted := values{}, values{}, []string(nil)
	for kind, block := range map[string]string{"resource": "resource", "data source": "data", "ephemeral resource": "ephemeral"} {
		objects := values{}
		for name, configs := range kinds[kind].configs {
			labels := values{}
			for i, config := range configs {
				label := fmt.Sprint("n", i)
				bad, arguments := withBadValues(p, kind, name, config)
				labels[label] = bad
				for _, a := range arguments {
					wanted = append(wanted, strings.TrimPrefix(block+"."+name+"."+label+" "+a, "resource."))
				}
			}
			objects[name] = labels
		}
		configuration[block] = objects
	}
	var aliases []values
	for i, config := range providerBlocks() {
		alias := fmt.Sprint("p", i)
		bad, arguments := withBadValues(p, "provider", "vcda", config)
		bad["alias"] = alias
		aliases = append(aliases, bad)
		sessions[alias] = values{"provider": "vcda." + alias}
		for _, a := range arguments {
			wanted = append(wanted, alias+" "+a)
		}
	}
	configuration["provider"] = values{"vcda": aliases}
	configuration["data"].(values)["vcda_session"] = sessions //nolint:errcheck // set above

	w := acctest.NewWorkspace(t, "")
	text, err := json.Marshal(configuration)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(t, "bad.tf.json", string(text))
	out, _ := w.Run(t, "validate", "-json")
	var result struct {
		Diagnostics []struct{ Severity, Summary, Detail, Address string }
	}
	if err := json.Unmarshal([]byte(out), &result); err != nil {
		t.Fatal(err, out)
	}
	var named []string
	for _, d := range result.Diagnostics {
		match := inMessage.FindStringSubmatch(d.Summary + " " + d.Detail)
		switch {
		case d.Severity != "error":
		case match == nil:
			t.Errorf("no argument in the message: %+v", d)
		default:
			at := d.Address[strings.Index(d.Address, "].")+1:] // the alias, for a provider block
			named = append(named, strings.TrimPrefix(at, ".")+" "+index.ReplaceAllString(match[1], ""))
		}
	}
	slices.Sort(wanted)
	slices.Sort(named)
	if diff := cmp.Diff(wanted, named); diff != "" {
		t.Errorf("arguments with a bad value (-), arguments in messages (+):\n%s", diff)
	}
}

// inMessage finds the argument in a message, and index the index of a list in it.
var (
	inMessage = regexp.MustCompile(`(?:Invalid|Attribute) ([a-z_.\[\]0-9]+)`)
	index     = regexp.MustCompile(`\[\d+\]`)
)

// withBadValues returns a configuration with a bad value of each argument that excludes no
// other one, and the paths of these arguments.
func withBadValues(p *direct.Provider, kind, name string, config values) (bad values, paths []string) {
	bad = config
	for _, a := range argumentsOf(kinds[kind].schema(p, name).Block.Attributes, config, "") {
		refused := badValuesOf(a)
		if len(refused) > 0 && rivals(a.steps[len(a.steps)-1].name) == nil {
			bad = withValue(bad, a.steps, refused[0])
			paths = append(paths, a.path)
		}
	}
	return bad, paths
}

// rivals returns the attributes that exclude an attribute.
func rivals(name string) []string {
	stored, isTwin := strings.CutSuffix(name, "_wo")
	switch {
	case isTwin:
		return []string{stored}
	case name == "certificate":
		return []string{"thumbprint"}
	case name == "id":
		return []string{"site", "name"}
	case name == "api_url":
		return []string{"site"}
	case name == "sla_profile_id":
		return []string{"retention_rules"}
	case name == "uuid", name == "inventory_path":
		return []string{"vm_id"}
	}
	return nil
}

// argument is a configurable attribute.
type argument struct {
	path  string
	steps []step
	kind  tftypes.Type
}

// step is an attribute in the path of an argument.
type step struct {
	name       string
	isList     bool // of objects
	hasVersion bool // NAME_version
}

// argumentsOf returns the configurable attributes, with those of configured nested
// objects and of the timeouts.
func argumentsOf(attributes []*tfprotov6.SchemaAttribute, config values, path string, steps ...step) []argument {
	var all []argument
	for _, a := range attributes {
		here := append(slices.Clone(steps), step{name: a.Name})
		last := &here[len(here)-1]
		switch nested := a.NestedType; {
		case !a.Required && !a.Optional:
		case nested == nil:
			last.hasVersion = slices.ContainsFunc(attributes, func(b *tfprotov6.SchemaAttribute) bool { return b.Name == a.Name+"_version" })
			all = append(all, argument{path + a.Name, here, a.Type})
		case config[a.Name] != nil || a.Name == "timeouts":
			last.isList = nested.Nesting == tfprotov6.SchemaObjectNestingModeList
			all = append(all, argumentsOf(nested.Attributes, objectOf(config[a.Name]), path+a.Name+".", here...)...)
		}
	}
	return all
}

// objectOf returns a configured object, or the first one of a list.
func objectOf(value any) values {
	if list, ok := value.([]any); ok {
		value = list[0]
	}
	object, _ := value.(values)
	return object
}

func badValuesOf(a argument) []any {
	name := a.path[strings.LastIndex(a.path, ".")+1:]
	isOne := func(parts []string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(name, part) })
	}
	var bad []any
	switch {
	case a.kind.Is(tftypes.Number) && !isOne(anyNumbers):
		bad = append(bad, -1)
	case a.kind.Is(tftypes.String):
		if !isOne(emptyTexts) {
			bad = append(bad, "")
		}
		for _, text := range badTexts {
			if strings.Contains(name, text.part) || strings.HasSuffix(text.part, ".") && strings.HasPrefix(a.path, text.part) {
				bad = append(bad, text.value)
			}
		}
	}
	return bad
}

// withValue returns a configuration with a value at the end of the steps, without
// its rivals.
func withValue(config values, steps []step, value any) values {
	changed, here := maps.Clone(config), steps[0]
	if changed == nil {
		changed = values{}
	}
	if len(steps) > 1 {
		value = withValue(objectOf(changed[here.name]), steps[1:], value)
	} else {
		for _, rival := range rivals(here.name) {
			delete(changed, rival)
		}
	}
	if here.isList {
		value = []any{value}
	}
	if here.hasVersion {
		changed[here.name+"_version"] = 1
	}
	changed[here.name] = value
	return changed
}
