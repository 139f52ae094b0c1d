// Command baseline-provider serves a provider with the address and the schema of the real one that does nothing.
// Benchmarks compare the real one with it.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/baseline"
	"github.com/vcda-dr/terraform-provider-vcda/internal/provider"
)

func main() {
	if err := providerserver.Serve(context.Background(), baseline.New, providerserver.ServeOpts{Address: provider.Address}); err != nil {
		log.Fatal(err)
	}
}
