package base

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
)

// instanceKey is the key of private state for the instance of the appliance that an object was made on.
const instanceKey = "instance"

// KeepInstance stores the instance of the appliance that an object is on, if the appliance reports it.
func KeepInstance(ctx context.Context, client *vcda.Client, private PrivateWriter) diag.Diagnostics {
	instance, err := client.InstanceID(ctx)
	if err != nil || instance == "" {
		tflog.Debug(ctx, "the appliance of the object is not known", map[string]any{"error": fmt.Sprint(err)})
		return nil
	}
	return StoreInstance(ctx, private, instance)
}

// StoreInstance is KeepInstance for a known instance.
func StoreInstance(ctx context.Context, private PrivateWriter, instance string) diag.Diagnostics {
	return WritePrivate(ctx, private, instanceKey, instance)
}

// StoredInstance returns the instance of the appliance that an object was made on, "" if it is not known. Private
// state is nil before a create.
func StoredInstance(ctx context.Context, private PrivateReader) (string, diag.Diagnostics) {
	if private == nil {
		return "", nil
	}
	return ReadPrivate[string](ctx, private, instanceKey)
}

// ClientOf returns the client for an action on an object, such as a "replication". It
// refuses another appliance than the object was made on.
func (f *ForResource) ClientOf(ctx context.Context, action, noun string, private PrivateReader) (*vcda.Client, diag.Diagnostics) {
	client, diags := f.VCDA.Client()
	if diags.HasError() {
		return nil, diags
	}
	made, problems := StoredInstance(ctx, private)
	diags.Append(problems...)
	if diags.HasError() || made == "" {
		return client, diags
	}
	instance, err := client.InstanceID(ctx)
	if err != nil {
		return client, append(diags, diagnostics.Unable(ctx, action, err))
	}
	return client, append(diags, CheckInstance(action, noun, made, instance, client)...)
}

// CheckInstance refuses an action on another appliance than the object was made on. An unknown instance is "".
func CheckInstance(action, noun, made, instance string, client *vcda.Client) diag.Diagnostics {
	if made == "" || instance == "" || made == instance {
		return nil
	}
	return diag.Diagnostics{diagnostics.Detail{
		Why: fmt.Sprintf("The %s was made on another appliance: the instance %s. The provider now reaches the instance %s at %s. Neither the state nor the appliance was changed.",
			noun, made, instance, client.URL()),
		Advice: fmt.Sprintf("Correct url in the provider block (VCDA_URL), or the provider configuration that the resource uses. If the appliance was deployed again, so that the %s is gone with the old one, "+
			"remove it from the state with terraform state rm or a removed block, and apply again.", noun),
	}.Unable(action)}
}
