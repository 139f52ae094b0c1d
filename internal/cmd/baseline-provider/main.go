// Command baseline-provider serves, under the address of the provider, one with
// the same schema that does nothing. Benchmarks run it beside the real one.
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
