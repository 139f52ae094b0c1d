package simulator

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// TaskNaming is how a task about a site names the site. The reference shows one sample, of the Cloud service.
type TaskNaming int

// The ways in which a task names its site. All but the first are guesses.
const (
	NamedByKey     TaskNaming = iota // the key of the site, and its URL or name
	NamedBySite                      // the peer's site name, also on the Manager service
	Unnamed                          // nothing: Manager only
	NoWorkflowInfo                   // an empty workflowInfo, so not even its type
)

// SetTaskNaming sets how tasks about sites name the site.
func (a *Appliance) SetTaskNaming(naming TaskNaming) {
	a.fixture.do(func() { a.taskSwitches.naming = naming })
}

// shownWorkflow returns the workflowInfo that the task shows.
func (t *task) shownWorkflow() workflowInfo {
	shown := t.workflow
	if shown.record == nil {
		return shown
	}
	switch naming := t.appliance.taskSwitches.naming; {
	case naming == NamedBySite:
		shown.ResourceID, shown.ResourceName = t.appliance.nameOf(shown.record), ""
	case naming == NoWorkflowInfo:
		return workflowInfo{}
	case naming == Unnamed && t.appliance.service == Manager:
		shown.ResourceID, shown.ResourceName = "", ""
	}
	return shown
}

// nameOf returns the name of a site. On the Manager it comes from the peer.
func (a *Appliance) nameOf(record *siteRecord) string {
	if peer := a.fixture.peerOf(record); record.site == "" && peer != nil {
		return peer.site
	}
	return record.site
}

// OmitTaskResults leaves the result out of every task.
func (a *Appliance) OmitTaskResults(on bool) {
	a.fixture.do(func() { a.taskSwitches.noResults = on })
}

// LimitTaskPages limits the pages of the list of tasks; 0 restores the default.
func (a *Appliance) LimitTaskPages(n int) {
	a.fixture.do(func() { a.taskSwitches.pageLimit = n })
}

func (s *taskSwitches) largestPage() int {
	if s.pageLimit > 0 {
		return s.pageLimit
	}
	return maxTasks
}

// WarnNextTaskWith gives the next task any JSON value as a warning.
func (a *Appliance) WarnNextTaskWith(warning any) {
	a.fixture.do(func() { a.taskSwitches.warnings = append(a.taskSwitches.warnings, warning) })
}

// AgeTasks moves the times of all present tasks into the past.
func (a *Appliance) AgeTasks(by time.Duration) {
	a.fixture.do(func() {
		for _, t := range a.tasks {
			t.start, t.end = t.start.Add(-by), t.end.Add(-by)
		}
		slices.SortStableFunc(a.fixture.pending, func(x, y *task) int { return x.end.Compare(y.end) })
	})
}

// SetBusy declines changes of a site while a task about it runs, with the status and, unless it is 0, a Retry-After
// in seconds; status 0 turns it off.
func (a *Appliance) SetBusy(status, retryAfter int) {
	a.fixture.do(func() {
		a.busy = nil
		if status == 0 {
			return
		}
		a.busy = refuse(status, "Busy", "Another task is running.")
		if retryAfter > 0 {
			a.busy.header = http.Header{"Retry-After": {strconv.Itoa(retryAfter)}}
		}
	})
}

// siteWriteDeclined returns the refusal of a change while a task about any site runs, nil if the appliance accepts
// the change.
func (a *Appliance) siteWriteDeclined() *problem {
	if !a.options.SerializeSiteWrites {
		return nil
	}
	for _, t := range a.tasks {
		if t.workflow.record != nil && !t.done {
			return refuse(http.StatusConflict, "OperationInProgress", "Another operation on sites is in progress.")
		}
	}
	return nil
}

// tidied returns a description as the appliance stores it.
func (a *Appliance) tidied(description string) string {
	if !a.options.TidyDescriptions {
		return description
	}
	return strings.TrimSpace(strings.ReplaceAll(description, "\r\n", "\n"))
}

// shownName returns the name in a row, nil if the row has none.
func (a *Appliance) shownName(record *siteRecord) *string {
	trouble := a.outgoing(record)
	if a.options.NamelessUntrusted && a.service == Manager && trouble != nil && trouble.Code == "CertificateMismatch" {
		return nil
	}
	return new(record.site)
}

// freeRecord finds the peer of a change, unless a running task keeps it from being changed.
func (c *call) freeRecord() (*siteRecord, *problem) {
	record, err := c.record()
	if err == nil {
		err = c.appliance.siteWriteDeclined()
	}
	if err != nil || c.appliance.busy == nil {
		return record, err
	}
	for _, t := range c.appliance.tasks {
		if t.workflow.record == record && !t.done {
			return nil, c.appliance.busy
		}
	}
	return record, nil
}

// ListEarly shows a site in the list as soon as its pair task runs.
func (a *Appliance) ListEarly(on bool) {
	a.fixture.do(func() { a.earlyRows = on })
}

// early returns the rows of running pair tasks that the list shows.
func (a *Appliance) early() []*siteRecord {
	var rows []*siteRecord
	for _, t := range a.tasks {
		if record := t.workflow.record; a.earlyRows && t.workflow.Type == "pair" && !t.done {
			row := *record
			row.site = a.nameOf(record)
			rows = append(rows, &row)
		}
	}
	return rows
}

// ListTwice shows every row of the sites list twice.
func (a *Appliance) ListTwice(on bool) {
	a.fixture.do(func() { a.duplicateRows = on })
}
