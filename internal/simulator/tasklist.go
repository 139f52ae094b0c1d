package simulator

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const maxTasks = 100

var (
	managerTaskFilters = []string{
		"ids", "state", "user", "type", "resourceId", "resourceName", "resourceType",
		"startTimeAfter", "startTimeBefore", "endTimeAfter", "endTimeBefore", "site", "sort", "limit", "offset",
	}
	cloudTaskFilters = append([]string{"sourceOrg", "destinationOrg", "operationID"}, managerTaskFilters...)
)

// taskPage is the response of GET /tasks.
type taskPage struct {
	Items  []taskInfo `json:"items"`
	Total  int        `json:"total"`
	Offset int        `json:"offset"`
	Limit  int        `json:"limit"`
}

// listTasks is GET /tasks, newest start first unless sorted otherwise.
func (c *call) listTasks() (reply, *problem) {
	reader := c.account
	if user := c.query.Get("user"); user != "" && user != reader.User && !reader.isAdmin() {
		return reply{}, refuse(http.StatusForbidden, "Forbidden", "Permission denied.")
	}
	page := taskPage{Limit: maxTasks}
	if err := readNumbers(c.query, map[string]*int{"limit": &page.Limit, "offset": &page.Offset}); err != nil {
		return reply{}, err
	}
	page.Limit = min(page.Limit, c.appliance.taskSwitches.largestPage())
	var window timeWindow
	if err := readNumbers(c.query, window.parameters()); err != nil {
		return reply{}, err
	}
	var found []taskInfo
	ids := wantedIDs(c.query)
	for _, t := range slices.Backward(c.appliance.tasks) {
		if ids != nil && !ids[t.id] || !t.visibleTo(reader) {
			continue
		}
		if info := t.info(); matches(c.query, t, info) && window.contains(info) {
			found = append(found, info)
		}
	}
	if err := sortTasks(found, c.query.Get("sort")); err != nil {
		return reply{}, err
	}
	page.Total = len(found)
	from := min(page.Offset, len(found))
	page.Items = append([]taskInfo{}, found[from:min(from+page.Limit, len(found))]...)
	return reply{status: http.StatusOK, body: page}, nil
}

// wantedIDs returns the IDs that a query names, nil for all.
func wantedIDs(query url.Values) map[string]bool {
	if query.Get("ids") == "" {
		return nil
	}
	ids := map[string]bool{}
	for id := range strings.SplitSeq(query.Get("ids"), ",") {
		ids[id] = true
	}
	return ids
}

// matches applies the other filters, which require equality. Tasks about sites belong to no organization.
func matches(query url.Values, t *task, info taskInfo) bool {
	for name, value := range map[string]string{
		"state": info.State, "user": t.user, "type": t.workflow.Type, "operationID": t.operationID,
		"resourceId": t.workflow.ResourceID, "resourceName": t.workflow.ResourceName, "resourceType": t.workflow.ResourceType,
		"sourceOrg": "", "destinationOrg": "",
	} {
		if wanted := query.Get(name); wanted != "" && wanted != value {
			return false
		}
	}
	return true
}

// timeWindow holds bounds in milliseconds; zero is no bound.
type timeWindow struct{ startAfter, startBefore, endAfter, endBefore int }

func (w *timeWindow) parameters() map[string]*int {
	return map[string]*int{
		"startTimeAfter": &w.startAfter, "startTimeBefore": &w.startBefore,
		"endTimeAfter": &w.endAfter, "endTimeBefore": &w.endBefore,
	}
}

// contains reports whether a task is in the window. Bounds are inclusive, and a task that has not ended has no end time
// to compare.
func (w *timeWindow) contains(info taskInfo) bool {
	return within(info.StartTime, w.startAfter, w.startBefore) && within(info.EndTime, w.endAfter, w.endBefore)
}

func within(moment int64, after, before int) bool {
	if moment == notYet {
		return after == 0 && before == 0
	}
	return moment >= int64(after) && (before == 0 || moment <= int64(before))
}

func readNumbers(query url.Values, into map[string]*int) *problem {
	for name, value := range into {
		if !query.Has(name) {
			continue
		}
		n, err := strconv.Atoi(query.Get(name))
		if err != nil || n < 0 {
			return violation(http.StatusBadRequest, "BadUserInput", "Query parameter %s is not a number.", name)
		}
		*value = n
	}
	return nil
}

var taskOrders = map[string]func(a, b taskInfo) int{
	"startTime":   func(a, b taskInfo) int { return cmp.Compare(a.StartTime, b.StartTime) },
	"endTime":     func(a, b taskInfo) int { return cmp.Compare(a.EndTime, b.EndTime) },
	"lastUpdated": func(a, b taskInfo) int { return cmp.Compare(a.LastUpdated, b.LastUpdated) },
	"state":       func(a, b taskInfo) int { return cmp.Compare(a.State, b.State) },
	"user":        func(a, b taskInfo) int { return cmp.Compare(a.User, b.User) },
}

// sortTasks reads a comma-separated list of fields; a trailing minus reverses one.
func sortTasks(tasks []taskInfo, fields string) *problem {
	if fields == "" {
		return nil
	}
	list := strings.Split(fields, ",")
	for _, field := range slices.Backward(list) { // stable sorts: the first field last
		name, descending := strings.CutSuffix(field, "-")
		order, ok := taskOrders[name]
		if !ok {
			return violation(http.StatusBadRequest, "BadUserInput", "Tasks can't be sorted by %s.", name)
		}
		slices.SortStableFunc(tasks, func(a, b taskInfo) int {
			if descending {
				return order(b, a)
			}
			return order(a, b)
		})
	}
	return nil
}
