package sitepairing

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
)

// What private state keeps of a pairing.
const (
	ownerKey       = "owner"    // tells the object from others of the state
	instanceKey    = "instance" // the installation of the appliance it was made on
	descriptionKey = "text"     // a description that the appliance has stored in another form
	objectsKey     = "objects"  // how many objects of the state hold it, where there are several
)

// privateReader is private state as a request has it.
type privateReader interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

// privateWriter is private state as a response has it.
type privateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// get reads a value of private state, zero where there is none.
func get[V any](ctx context.Context, private privateReader, key string) (value V, diags diag.Diagnostics) {
	stored, diags := private.GetKey(ctx, key)
	if json.Unmarshal(stored, &value) != nil {
		var zero V
		return zero, diags // never stored, or by another version
	}
	return value, diags
}

func put(ctx context.Context, private privateWriter, key string, value any) diag.Diagnostics {
	stored, err := json.Marshal(value)
	if err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Unable to keep private state", err.Error())}
	}
	return private.SetKey(ctx, key, stored)
}

// checkInstance refuses to work on another appliance than the pairing was made on, as
// far as both are known.
func checkInstance(action, madeOn, instance string, client *vcda.Client) diag.Diagnostics {
	if madeOn == "" || instance == "" || madeOn == instance {
		return nil
	}
	return diag.Diagnostics{diagnostics.Detail{
		Why: fmt.Sprintf("The pairing was made on another appliance: on the instance %s. The provider reaches the instance %s at %s now. Neither the state nor the appliance was changed.",
			madeOn, instance, client.URL()),
		Advice: "Correct url in the provider block (VCDA_URL), or the provider that the resource takes. If the appliance was deployed again, so that the pairing is gone with the old one, " +
			"forget it with terraform state rm or a removed block, and pair again.",
	}.Unable(action)}
}

// madeOn is the instance of the appliance that the pairing was made on, "" where that
// is not known. Private state is nil before a create.
func madeOn(ctx context.Context, private privateReader) (string, diag.Diagnostics) {
	if private == nil {
		return "", nil
	}
	return get[string](ctx, private, instanceKey)
}

func keepInstance(ctx context.Context, private privateWriter, instance string) diag.Diagnostics {
	return put(ctx, private, instanceKey, instance)
}

// description is a description as configured, and what the appliance has made of it.
type description struct{ Wanted, Stored string }

// keepDescription notes a description that the appliance has stored in another form, so
// that this is no difference later.
func keepDescription(ctx context.Context, private privateWriter, m model, site vcda.Site) diag.Diagnostics {
	kept := description{Wanted: m.Description.ValueString(), Stored: site.Description}
	diags := put(ctx, private, descriptionKey, kept)
	if !customtypes.DescriptionType.Same(kept.Wanted, kept.Stored) {
		diags.AddWarning("The appliance stores another description", fmt.Sprintf(
			"The description of the site %s is stored as %q instead of %q. As long as the appliance shows it so, that is no difference.", nameOf(site), kept.Stored, kept.Wanted))
	}
	return diags
}

// keepOwner returns what tells the object from others of the state, and makes it
// where it is missing, as after an import.
func keepOwner(ctx context.Context, stored privateReader, private privateWriter) (string, diag.Diagnostics) {
	owner, diags := get[string](ctx, stored, ownerKey)
	if owner == "" {
		owner = rand.Text()
		diags.Append(put(ctx, private, ownerKey, owner)...)
	}
	return owner, diags
}

// keepObjects notes that several objects of the state hold the pairing, as a
// current and a deposed one.
func keepObjects(ctx context.Context, stored privateReader, private privateWriter, objects int) diag.Diagnostics {
	before, diags := get[int](ctx, stored, objectsKey)
	if before == objects || before == 0 && objects == 1 {
		return diags
	}
	return put(ctx, private, objectsKey, objects)
}
