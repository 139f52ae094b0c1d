package storware

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/storware"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

type userDataSource struct{ base.ForDataSource }

var _ datasource.DataSourceWithConfigure = &userDataSource{}

// NewUserDataSource returns the data source vcda_storware_user.
func NewUserDataSource() datasource.DataSource { return &userDataSource{} }

// userModel is AppUserDetails.
type userModel struct {
	GUID                  types.String `tfsdk:"guid"`
	Login                 types.String `tfsdk:"login"`
	FirstName             types.String `tfsdk:"first_name"`
	LastName              types.String `tfsdk:"last_name"`
	Source                types.String `tfsdk:"source"`
	Active                types.Bool   `tfsdk:"active"`
	Groups                []*reference `tfsdk:"groups"`
	EndpointsOrganization *reference   `tfsdk:"endpoints_organization"`
	ExternalID            types.String `tfsdk:"external_id"`
	ThirdPartyRestriction types.String `tfsdk:"third_party_restriction"`
	profile
}

func newUserModel(u storware.UserDetails) userModel {
	m := userModel{
		GUID:                  base.StringOrNull(u.GUID),
		Login:                 base.StringOrNull(u.Login),
		FirstName:             base.StringOrNull(u.FirstName),
		LastName:              base.StringOrNull(u.LastName),
		Source:                base.StringOrNull(string(u.Source)),
		Active:                types.BoolPointerValue(u.Active),
		Groups:                []*reference{},
		EndpointsOrganization: newReference(u.EndpointsOrganization),
		ExternalID:            base.StringOrNull(u.ExternalID),
		ThirdPartyRestriction: base.StringOrNull(string(u.ThirdPartyRestriction)),
		profile:               newProfile(u.Profile),
	}
	for _, group := range u.Groups {
		m.Groups = append(m.Groups, newReference(&group))
	}
	return m
}

func (d *userDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_storware_user"
}

func (d *userDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	all := profileAttributes()
	maps.Copy(all, map[string]schema.Attribute{
		"guid":       text("GUID of the user."),
		"login":      text("Name the user logs in with."),
		"first_name": text("First name of the user."),
		"last_name":  text("Last name of the user."),
		"source":     text("Where the user comes from, such as `LDAP` or `KEYCLOAK`."),
		"active":     schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the user may log in."},
		"groups": schema.ListNestedAttribute{
			Computed: true, MarkdownDescription: "Groups the user is in.",
			NestedObject: schema.NestedAttributeObject{Attributes: referenceAttributes("group")},
		},
		"endpoints_organization": schema.SingleNestedAttribute{
			Computed: true, MarkdownDescription: "Organization of the user in Storware Endpoints.",
			Attributes: referenceAttributes("organization"),
		},
		"external_id":             text("ID of the user in its source."),
		"third_party_restriction": text("System the user is restricted to, such as `HORIZON`, or `NO_RESTRICTION`."),
	})
	resp.Schema = schema.Schema{
		MarkdownDescription: "The user as whom the provider logs in to Storware Backup & Recovery (formerly vProtect). A value that the server leaves out is null.",
		Attributes:          all,
	}
}

func (d *userDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	base.Read(ctx, base.Storware(d.Data), req, resp, "read the user of Storware", func(client *storware.Client, m *userModel) error {
		user, err := client.User(ctx)
		*m = newUserModel(user)
		return err
	})
}
