// Command provider-schema prints the provider's schemas as "terraform providers schema -json" would.
//
// With -environment it prints the table of environment variables instead.
//
// The pages under docs are made from it. It needs no Terraform, so that every kind of page is made
// whichever version is installed: older ones leave out the kinds they don't know.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
	"github.com/vcda-dr/terraform-provider-vcda/internal/provider"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
)

// address is where tfplugindocs looks for a provider named vcda.
const address = "registry.terraform.io/hashicorp/vcda"

func main() {
	table := flag.Bool("environment", false, "print the environment variables of the provider block as a Markdown table")
	flag.Parse()
	if err := run(context.Background(), *table); err != nil {
		fmt.Fprintln(os.Stderr, "provider-schema:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, table bool) error {
	schemas, err := readSchemas(ctx)
	if err != nil {
		return err
	}
	if table {
		writeEnvironment(os.Stdout, schemas.Schemas[address].ConfigSchema.Block)
		return nil
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(schemas)
}

func readSchemas(ctx context.Context) (*tfjson.ProviderSchemas, error) {
	server, err := providerserver.NewProtocol6WithError(provider.New(provider.Options{Version: "dev", Cleanup: &providerdata.Cleanup{}, Clock: clock.System{}})())()
	if err != nil {
		return nil, err
	}
	return providerSchemas(ctx, server, address)
}
