package replicationbase

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// instanceKey is the key of private state for the instance ID of the appliance that made a replication.
const instanceKey = "instance"

// keepInstance records the appliance that makes a replication, if it reports its instance ID.
func (r *Resource[M, P]) keepInstance(ctx context.Context, private base.PrivateWriter) diag.Diagnostics {
	client, absent := r.VCDA.Client()
	if absent.HasError() {
		return absent
	}
	instance, err := client.InstanceID(ctx)
	if err != nil || instance == "" {
		tflog.Debug(ctx, "the appliance of the replication is not recorded", map[string]any{"error": fmt.Sprint(err)})
		return nil
	}
	return base.WritePrivate(ctx, private, instanceKey, instance)
}

// otherInstanceError is the error for a replication that is not listed by another appliance than the one that made
// it.
type otherInstanceError struct{ made, instance, url string }

func (e *otherInstanceError) Error() string {
	return fmt.Sprintf("the replication was made through the appliance with the instance %s, and the provider reaches the instance %s at %s now, which does not list it", e.made, e.instance, e.url)
}

// checkGone makes sure that a replication that is not listed is gone, and not merely looked up on another appliance.
//
// Errors: *otherInstanceError, and those of the read.
func (r *Resource[M, P]) checkGone(ctx context.Context, private base.PrivateReader) error {
	made, diags := base.ReadPrivate[string](ctx, private, instanceKey)
	client, absent := r.VCDA.Client()
	diags.Append(absent...)
	if diags.HasError() || made == "" {
		return nil
	}
	instance, err := client.InstanceID(ctx)
	if err == nil && instance != "" && instance != made {
		err = &otherInstanceError{made, instance, client.URL()}
	}
	return err
}
