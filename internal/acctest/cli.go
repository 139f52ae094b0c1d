package acctest

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"sync"
	"testing"
)

// CLI is the program that the acceptance tests run.
type CLI struct {
	Path         string
	OpenTofu     bool
	Major, Minor int
}

var versionLine = regexp.MustCompile(`^(Terraform|OpenTofu) v(\d+)\.(\d+)\.`)

// currentCLI asks the program for its version, once.
var currentCLI = sync.OnceValues(func() (CLI, error) {
	path := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if path == "" {
		var err error
		if path, err = exec.LookPath("terraform"); err != nil {
			return CLI{}, err
		}
	}
	command := exec.Command(path, "version") //nolint:gosec // the CLI under test
	command.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1", "TF_CLI_CONFIG_FILE=")
	out, err := command.Output()
	if err != nil {
		return CLI{}, err
	}
	match := versionLine.FindStringSubmatch(string(out))
	if match == nil {
		return CLI{}, &exec.Error{Name: path, Err: exec.ErrNotFound}
	}
	major, _ := strconv.Atoi(match[2])
	minor, _ := strconv.Atoi(match[3])
	return CLI{Path: path, OpenTofu: match[1] == "OpenTofu", Major: major, Minor: minor}, nil
})

// CurrentCLI returns the program that the acceptance tests run. It skips the test outside
// acceptance runs.
func CurrentCLI(t testing.TB) CLI {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("acceptance test; run make test")
	}
	cli, err := currentCLI()
	if err != nil {
		t.Fatalf("no Terraform or OpenTofu to test with: %v", err)
	}
	return cli
}

// Feature is a feature of the CLI, with the minor versions of Terraform 1 and OpenTofu 1
// that introduced it, 0 if none has it.
type Feature struct {
	Name                string
	Terraform, OpenTofu int
}

// The features a CLI may lack.
var (
	TestFiles = Feature{"functions in test files", 7, 11}
	Functions = Feature{"provider functions", 8, 7}
	Moved     = Feature{"moved across types", 8, 9}
	Ephemeral = Feature{"ephemeral resources", 10, 11}
	WriteOnly = Feature{"write-only arguments", 11, 11}
	Identity  = Feature{"resource identity", 12, 12}
	Lists     = Feature{"list resources", 14, 0}
	Actions   = Feature{"actions", 14, 0}
)

// SkipUnlessSupported skips the test if the CLI lacks a feature.
func SkipUnlessSupported(t *testing.T, features ...Feature) {
	t.Helper()
	cli := CurrentCLI(t)
	for _, f := range features {
		since := f.Terraform
		if cli.OpenTofu {
			since = f.OpenTofu
		}
		if since == 0 || (cli.Major == 1 && cli.Minor < since) {
			t.Skip("this CLI lacks " + f.Name)
		}
	}
}

// Host returns the registry that the CLI uses for a source address without a host.
func (c CLI) Host() string {
	if c.OpenTofu {
		return "registry.opentofu.org"
	}
	return "registry.terraform.io"
}
