package acctest_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/deployed"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/vcenter"
)

// guideVariables declares the variables of the guide on new appliances.
const guideVariables = `
variable "thumbprints" { type = map(string) }
variable "deployment_passwords" {
  type      = map(string)
  ephemeral = true
}
variable "root_password" {
  type      = string
  ephemeral = true
}
variable "license_key" {
  type      = string
  ephemeral = true
}
variable "sso_password" {
  type      = string
  ephemeral = true
}
variable "vsphere_user" { type = string }
variable "vsphere_password" {
  type      = string
  ephemeral = true
}
output "seen_by_vcenter" { value = data.vcda_service_certificate.a.thumbprint }
`

// TestGuideSettingUp applies what the guide shows to appliances as deployed.
func TestGuideSettingUp(t *testing.T) {
	t.Parallel()
	g := readGuide(t, guidesFolder+"/setting-up-appliances.md")
	blocks := []string{g.terraform(t, "Passwords first"), g.terraform(t, "The set-up")}
	trust := g.terraform(t, "Trust")
	acctest.SkipUnlessSupported(t, acctest.WriteOnly)
	all := acctest.StartAppliances(t, simulator.ApplianceOptions{Site: "a", Service: simulator.Manager, Fresh: true},
		simulator.ApplianceOptions{Site: "a-r1", Service: simulator.Replicator, Fresh: true})
	a, replicator := all.Appliance("a"), all.Appliance("a-r1")
	server := acctest.VCenter(t, vcenter.Options{VMs: []vcenter.VM{{
		ID: "vm-42", Path: "/datacenter/vm/vcda-a", ExtraConfig: map[string]string{"guestinfo.manager.certificate": deployed.Encoded(a)},
	}}})
	here := strings.NewReplacer("https://vcda-a.example.com", a.URL(), "https://replicator-a1.example.com:8043", replicator.URL(), "https://replicator-a1.example.com", replicator.URL())
	space := acctest.NewWorkspace(t, here.Replace(strings.Join(blocks, "\n"))+strings.ReplaceAll(trust, "https://vcenter.example.com", server.URL())+guideVariables)
	accounts := simulator.DefaultAccounts()
	setVariables(t, space, map[string]any{
		"thumbprints":          map[string]string{"a": a.Thumbprint(), "a-r1": replicator.Thumbprint(), "vcenter": all.ServerThumbprint(simulator.LookupServiceURL)},
		"deployment_passwords": map[string]string{"a": accounts.LocalUsers[0].Password, "a-r1": accounts.LocalUsers[0].Password},
		"root_password":        chosenPassword, "license_key": simulator.DefaultLicense, "sso_password": accounts.SSOUsers[0].Password,
		"vsphere_user": server.Username(), "vsphere_password": server.Password(),
	})
	space.Env = append(space.Env, "VCDA_VCENTER_THUMBPRINT="+server.Thumbprint())
	acctest.RequireTexts(t, space.MustRun(t, "apply", "-no-color", "-auto-approve"), `seen_by_vcenter = "`+a.Thumbprint())
	space.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
	if setup := a.Setup(); setup.SiteName != "site-a" || len(a.Replicators()) != 1 {
		t.Errorf("%+v, %d replicators", setup, len(a.Replicators()))
	}
}

// TestGuideRotating rotates the root password as the guide shows, in one apply and
// without a warning.
func TestGuideRotating(t *testing.T) {
	t.Parallel()
	g := readGuide(t, guidesFolder+"/rotating-the-root-password.md")
	block := g.terraform(t, "Rotating the root password")
	acctest.SkipUnlessSupported(t, acctest.WriteOnly)
	a := acctest.StartAppliances(t, simulator.ApplianceOptions{Site: "a", Service: simulator.Manager}).Appliance("a")
	config := strings.NewReplacer("https://vcda-a.example.com", a.URL(), thumbprintOfA, a.Thumbprint()).Replace(block)
	space := acctest.NewWorkspace(t, strings.Replace(config, "new_password_wo_version = 2", "new_password_wo_version = 1", 1))
	before := a.RootPassword()
	setVariables(t, space, map[string]any{"root_password": before, "previous_root_password": before})
	space.MustRun(t, "apply", "-no-color", "-auto-approve")
	space.Configure(t, config)
	setVariables(t, space, map[string]any{"root_password": chosenPassword, "previous_root_password": before})
	out := space.MustRun(t, "apply", "-no-color", "-auto-approve")
	if a.RootPassword() != chosenPassword || strings.Contains(out, "Warning: The previous root password") {
		t.Errorf("password %s:\n%s", a.RootPassword(), out)
	}
	space.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
	if n := a.Stats().Requests["POST /config/root-password"]; n != 1 {
		t.Errorf("the password was changed %d times", n)
	}
}

// setVariables gives the configuration of a workspace its variables, by environment.
func setVariables(t *testing.T, space *acctest.Workspace, variables map[string]any) {
	t.Helper()
	for name, value := range variables {
		text, isText := value.(string)
		if !isText {
			encoded, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			text = string(encoded)
		}
		space.Env = append(space.Env, "TF_VAR_"+name+"="+text)
	}
}
