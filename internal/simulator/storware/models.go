package storware

import "time"

// object is a JSON object.
type object map[string]any

// info is SessionInfoResponse.
func (s *session) info(w Switches) object {
	a := s.account
	if w.Sparse {
		return object{"requester": a.Reference, "language": nil, "privileges": nil, "lastSuccessfulLogin": 0, "lastFailedLogin": nil}
	}
	return object{
		"requester":           a.Reference,
		"infoTourEnabled":     a.InfoTourEnabled,
		"lastFailedLoginIp":   a.LastFailedLoginIP,
		"language":            w.enum(a.Language),
		"appUserSettings":     a.settings(),
		"privileges":          w.enums(a.Privileges),
		"endpointsTokens":     s.endpointsTokens,
		"uiConsoleMode":       w.enum(a.UIConsoleMode),
		"lastSuccessfulLogin": milliseconds(s.opened),
		"lastFailedLogin":     milliseconds(a.LastFailedLogin),
		"uiTimeZone":          a.UITimeZone,
		"addedByALaterBuild":  object{"isIgnored": true},
	}
}

// details is AppUserDetails.
func (s *session) details(w Switches) object {
	a := s.account
	if w.Sparse {
		return object{"active": true, "infoTourEnabled": a.InfoTourEnabled, "groups": nil, "source": nil, "lastSuccessfulLogin": 0}
	}
	return object{
		"guid":                  a.GUID,
		"login":                 a.Name,
		"firstName":             a.FirstName,
		"lastName":              a.LastName,
		"source":                w.enum(a.Source),
		"language":              w.enum(a.Language),
		"active":                true, // inactive users can't log in
		"infoTourEnabled":       a.InfoTourEnabled,
		"endpointsOrganization": a.EndpointsOrganization,
		"groups":                a.Groups,
		"appUserSettings":       a.settings(),
		"externalId":            a.ExternalID,
		"thirdPartyRestriction": w.enum(a.ThirdPartyRestriction),
		"lastSuccessfulLogin":   milliseconds(s.opened),
		"lastFailedLogin":       milliseconds(a.LastFailedLogin),
		"lastFailedLoginIp":     a.LastFailedLoginIP,
		"uiTimeZone":            a.UITimeZone,
	}
}

func (a Account) settings() object {
	return object{"pageSize": a.PageSize, "timeFormat": a.TimeFormat, "unmountPeriodForMountedBackups": 3600000}
}

// enum is a value in the shape the server uses.
func (w Switches) enum(name string) any {
	if w.EnumObjects {
		return object{"name": name, "description": "Description of " + name}
	}
	return name
}

func (w Switches) enums(names []string) []any {
	values := make([]any, len(names))
	for i, name := range names {
		values[i] = w.enum(name)
	}
	return values
}

// milliseconds returns the time since the epoch, 0 for the zero time.
func milliseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
