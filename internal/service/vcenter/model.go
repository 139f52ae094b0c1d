// Package vcenter implements the objects of vCenter: vcda_vcenter_session and
// vcda_vcenter_clone_ticket.
package vcenter

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcenter"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// model is a UserSession without its key.
type model struct {
	UserName         types.String `tfsdk:"user_name"`
	FullName         types.String `tfsdk:"full_name"`
	LoginTime        types.String `tfsdk:"login_time"`
	LastActiveTime   types.String `tfsdk:"last_active_time"`
	Locale           types.String `tfsdk:"locale"`
	MessageLocale    types.String `tfsdk:"message_locale"`
	ExtensionSession types.Bool   `tfsdk:"extension_session"`
	IPAddress        types.String `tfsdk:"ip_address"`
	UserAgent        types.String `tfsdk:"user_agent"`
	CallCount        types.Int64  `tfsdk:"call_count"`
}

func newModel(s *vcenter.UserSession) model {
	return model{
		UserName:         base.StringOrNull(s.UserName),
		FullName:         base.StringOrNull(s.FullName),
		LoginTime:        timeOrNull(s.LoginTime),
		LastActiveTime:   timeOrNull(s.LastActiveTime),
		Locale:           base.StringOrNull(s.Locale),
		MessageLocale:    base.StringOrNull(s.MessageLocale),
		ExtensionSession: types.BoolValue(s.ExtensionSession),
		IPAddress:        base.StringOrNull(s.IPAddress),
		UserAgent:        base.StringOrNull(s.UserAgent),
		CallCount:        types.Int64Value(s.CallCount),
	}
}

// timeOrNull converts a time to RFC 3339 in UTC, null if the vCenter leaves it out.
func timeOrNull(t time.Time) types.String {
	if t.IsZero() {
		return types.StringNull()
	}
	return types.StringValue(t.UTC().Format(time.RFC3339Nano))
}

// attributes describes model.
func attributes() map[string]schema.Attribute {
	all := map[string]schema.Attribute{
		"extension_session": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the session belongs to an extension of the vCenter."},
		"call_count":        schema.Int64Attribute{Computed: true, MarkdownDescription: "How many calls the session has made."},
	}
	for name, description := range map[string]string{
		"user_name":        "User of the session.",
		"full_name":        "Full name of the user, null when the vCenter has none.",
		"login_time":       "When the user logged in (RFC 3339).",
		"last_active_time": "When the session made its last call (RFC 3339).",
		"locale":           "Locale for formats, and preferred for messages.",
		"message_locale":   "Locale of the messages.",
		"ip_address":       "Address of the client that opened the session.",
		"user_agent":       "Program that opened the session.",
	} {
		all[name] = schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	return all
}
