package sitepairing

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// descriptionKey is the key of private state for a description, if the appliance has stored another form.
const descriptionKey = "text"

// checkPlanned refuses to pair on another appliance than the plan has contacted.
func checkPlanned(m model, instance string, client *vcda.Client) diag.Diagnostics {
	planned := m.Instance.ValueString()
	if planned == "" || instance == "" || planned == instance {
		return nil
	}
	return diag.Diagnostics{diagnostics.Detail{
		Why:    fmt.Sprintf("The plan was made on another appliance: the instance %s. The provider now reaches the instance %s at %s. Nothing was sent.", planned, instance, client.URL()),
		Advice: "Correct url in the provider block (VCDA_URL), or the provider configuration that the resource uses. If this is the appliance to pair, plan again.",
	}.Unable(m.createAction())}
}

// description is a configured description, and the form that the appliance has stored.
type description struct{ Wanted, Stored string }

// keepDescription records a description that the appliance has stored in another form, so that it is no drift later.
func keepDescription(ctx context.Context, private base.PrivateWriter, m model, site vcda.Site) diag.Diagnostics {
	kept := description{Wanted: m.Description.ValueString(), Stored: site.Description}
	diags := base.WritePrivate(ctx, private, descriptionKey, kept)
	if !customtypes.DescriptionType.Same(kept.Wanted, kept.Stored) {
		diags.AddWarning("The appliance stores another description", fmt.Sprintf(
			"The description of the site %s is stored as %q instead of %q. While the appliance shows this form, the plan shows no difference.", nameOf(site), kept.Stored, kept.Wanted))
	}
	return diags
}
