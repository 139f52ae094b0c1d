// Package storware implements the objects of Storware Backup & Recovery:
// vcda_storware_session, vcda_storware_user and vcda_storware_status.
package storware

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/storware"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// profile holds the attributes that a session and a user share.
type profile struct {
	Language            types.String `tfsdk:"language"`
	UITimeZone          types.String `tfsdk:"ui_time_zone"`
	InfoTourEnabled     types.Bool   `tfsdk:"info_tour_enabled"`
	PageSize            types.Int64  `tfsdk:"page_size"`
	TimeFormat          types.Int64  `tfsdk:"time_format"`
	LastSuccessfulLogin types.String `tfsdk:"last_successful_login"`
	LastFailedLogin     types.String `tfsdk:"last_failed_login"`
	LastFailedLoginIP   types.String `tfsdk:"last_failed_login_ip"`
}

func newProfile(p storware.Profile) profile {
	return profile{
		Language:            base.StringOrNull(string(p.Language)),
		UITimeZone:          base.StringOrNull(p.UITimeZone),
		InfoTourEnabled:     types.BoolPointerValue(p.InfoTourEnabled),
		PageSize:            types.Int64PointerValue(p.Settings.PageSize),
		TimeFormat:          types.Int64PointerValue(p.Settings.TimeFormat),
		LastSuccessfulLogin: base.StringOrNull(p.LastSuccessfulLogin.RFC3339()),
		LastFailedLogin:     base.StringOrNull(p.LastFailedLogin.RFC3339()),
		LastFailedLoginIP:   base.StringOrNull(p.LastFailedLoginIP),
	}
}

// profileAttributes describes profile.
func profileAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"language":              text("Language of the web interface, such as `EN`."),
		"ui_time_zone":          text("Time zone of the web interface, such as `Europe/Warsaw`."),
		"info_tour_enabled":     schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the web interface offers its tour."},
		"page_size":             schema.Int64Attribute{Computed: true, MarkdownDescription: "Rows on a page of the web interface."},
		"time_format":           schema.Int64Attribute{Computed: true, MarkdownDescription: "Hours on the clock of the web interface: `12` or `24`."},
		"last_successful_login": text("When the user last logged in (RFC 3339). It changes in each run, since the provider logs in: don't use it as a trigger."),
		"last_failed_login":     text("When a login as this user last failed (RFC 3339)."),
		"last_failed_login_ip":  text("Address of the client of that failed login."),
	}
}

// reference names an object of Storware.
type reference struct {
	GUID types.String `tfsdk:"guid"`
	Name types.String `tfsdk:"name"`
}

func newReference(r *storware.Reference) *reference {
	if r == nil {
		return nil
	}
	return &reference{GUID: base.StringOrNull(r.GUID), Name: base.StringOrNull(r.Name)}
}

func referenceAttributes(object string) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"guid": text("GUID of the " + object + "."),
		"name": text("Name of the " + object + "."),
	}
}

// sessionModel is SessionInfoResponse without its secrets.
type sessionModel struct {
	Requester     *reference   `tfsdk:"requester"`
	Privileges    []string     `tfsdk:"privileges"`
	UIConsoleMode types.String `tfsdk:"ui_console_mode"`
	profile
}

func newSessionModel(s storware.SessionInfo) sessionModel {
	m := sessionModel{
		Requester:     newReference(s.Requester),
		Privileges:    []string{},
		UIConsoleMode: base.StringOrNull(string(s.UIConsoleMode)),
		profile:       newProfile(s.Profile),
	}
	for _, privilege := range s.Privileges {
		m.Privileges = append(m.Privileges, string(privilege))
	}
	return m
}

// sessionAttributes describes sessionModel.
func sessionAttributes() map[string]schema.Attribute {
	all := profileAttributes()
	maps.Copy(all, map[string]schema.Attribute{
		"requester": schema.SingleNestedAttribute{
			Computed: true, MarkdownDescription: "Requester of the session: a user or a backup node.",
			Attributes: referenceAttributes("requester"),
		},
		"privileges":      schema.SetAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Privileges of the session, such as `VE_BACKUP_SLA_WRITE`."},
		"ui_console_mode": text("View of the console of the web interface: `WORKFLOW` or `TASK`."),
	})
	return all
}

func text(description string) schema.StringAttribute {
	return schema.StringAttribute{Computed: true, MarkdownDescription: description}
}
