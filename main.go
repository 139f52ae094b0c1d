// Command terraform-provider-vcda is the Terraform provider for VMware Cloud
// Director Availability.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
	"github.com/vcda-dr/terraform-provider-vcda/internal/provider"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
)

// version is set by the release build.
var version = "dev"

// logoutTime limits the logout: Terraform kills a provider about two seconds after
// it has asked it to end.
const logoutTime = 1500 * time.Millisecond

func main() {
	debug := flag.Bool("debug", false, "serve for a debugger")
	flag.Parse()

	if !*debug { // a debugged provider is stopped by the signal, not by Terraform
		ignoreFirst(syscall.SIGTERM)
	}
	cleanup := &providerdata.Cleanup{}
	err := provider.Serve(provider.Options{Version: version, Cleanup: cleanup, Clock: clock.System{}}, *debug)
	logout(cleanup)
	if err != nil {
		log.Fatal(err)
	}
}

// ignoreFirst ignores the first signal of a kind. The end of a job may send it to
// every process. Terraform then stops its providers, which need time for the
// logout.
func ignoreFirst(kind os.Signal) {
	first := make(chan os.Signal, 1)
	signal.Notify(first, kind)
	go func() {
		<-first
		signal.Reset(kind)
	}()
}

// logout ends the sessions of the process.
func logout(cleanup *providerdata.Cleanup) {
	ctx, cancel := context.WithTimeout(context.Background(), logoutTime)
	defer cancel()
	if err := cleanup.Run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "Unable to log out:", err)
	}
}
