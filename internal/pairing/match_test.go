package pairing

import (
	"encoding/json"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro"
	"github.com/vcda-dr/terraform-provider-vcda/internal/ownership"
)

const peerURL = "https://b.example.com:8048"

func result(site vcda.Site) json.RawMessage {
	text, err := json.Marshal(site)
	if err != nil {
		panic(err)
	}
	return text
}

// A running task of the Manager may have no resource.
func TestMatch(t *testing.T) {
	t.Parallel()
	manager := Peer{Service: vcda.Manager, Name: "b", URL: peerURL}
	paired := Peer{Service: vcda.Manager, Key: "1", Name: "b", URL: peerURL}
	cloud := Peer{Service: vcda.Cloud, Name: "b", URL: peerURL}
	about := func(id, name string) vcda.Task {
		return vcda.Task{Site: "a", Workflow: vcda.Workflow{Type: "pair", ResourceType: "site", ResourceID: id, ResourceName: name}}
	}
	made := func(site vcda.Site) vcda.Task { return vcda.Task{Result: result(site)} }
	for name, test := range map[string]struct {
		peer Peer
		task vcda.Task
		want lro.Match
	}{
		"another resource":                     {manager, vcda.Task{Workflow: vcda.Workflow{ResourceType: "replication"}}, lro.No},
		"no resource":                          {manager, vcda.Task{}, lro.Maybe},
		"Manager: the URL in upper case":       {manager, about("2", "https://B.example.com:8048/"), lro.Yes},
		"Manager: another URL":                 {manager, about("2", "https://c.example.com:8048"), lro.No},
		"Manager: a name is not unique":        {manager, about("", "b"), lro.Maybe},
		"Manager: an unknown ID":               {manager, about("2", ""), lro.Maybe},
		"Manager: the ID":                      {paired, about("1", "b"), lro.Yes},
		"Manager: the ID, but another URL":     {paired, about("1", "https://c.example.com:8048"), lro.No},
		"Manager: made for the URL":            {manager, made(vcda.Site{ID: "2", APIPublicURL: peerURL}), lro.Yes},
		"Manager: made for another URL":        {manager, made(vcda.Site{ID: "2", APIPublicURL: "https://c.example.com"}), lro.No},
		"Manager: made, and no URL shown":      {manager, made(vcda.Site{ID: "2"}), lro.Maybe},
		"Manager: another ID was made":         {paired, made(vcda.Site{ID: "2", APIPublicURL: peerURL}), lro.No},
		"Cloud: the name":                      {cloud, about("b", ""), lro.Yes},
		"Cloud: another name":                  {cloud, about("c", ""), lro.No},
		"Cloud: the appliance's own name":      {cloud, about("a", ""), lro.Maybe},
		"Cloud: a URL":                         {cloud, about("", peerURL), lro.Maybe},
		"Cloud: made for the name":             {cloud, made(vcda.Site{Site: "b"}), lro.Yes},
		"Cloud: made for another name":         {cloud, made(vcda.Site{Site: "c", APIPublicURL: peerURL}), lro.No},
		"Cloud: the name in decomposed form":   {Peer{Service: vcda.Cloud, Name: "M\u00fcnchen"}, about("Mu\u0308nchen", ""), lro.Yes},
		"Manager: a result that can't be read": {manager, vcda.Task{Result: json.RawMessage(`"x"`)}, lro.Maybe},
	} {
		if got := test.peer.match(test.task); got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
}

func TestMatchesRow(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		peer Peer
		row  vcda.Site
		want bool
	}{
		"Manager: the URL":              {Peer{Service: vcda.Manager, Name: "b", URL: peerURL}, vcda.Site{ID: "1", Site: "x", APIPublicURL: peerURL + "/"}, true},
		"Manager: the name alone":       {Peer{Service: vcda.Manager, Name: "b", URL: peerURL}, vcda.Site{ID: "1", Site: "b", APIPublicURL: "https://c.example.com"}, false},
		"Manager: the ID":               {Peer{Service: vcda.Manager, Key: "1", URL: peerURL}, vcda.Site{ID: "1"}, true},
		"Manager: another ID, same URL": {Peer{Service: vcda.Manager, Key: "1", URL: peerURL}, vcda.Site{ID: "2", APIPublicURL: peerURL}, false},
		"Cloud: the name":               {Peer{Service: vcda.Cloud, Name: "b", URL: peerURL}, vcda.Site{Site: "b"}, true},
		"Cloud: another name, same URL": {Peer{Service: vcda.Cloud, Name: "b", URL: peerURL}, vcda.Site{Site: "c", APIPublicURL: peerURL}, false},
		"Cloud: the name, decomposed":   {Peer{Service: vcda.Cloud, Name: "M\u00fcnchen"}, vcda.Site{Site: "Mu\u0308nchen"}, true},
	} {
		if got := test.peer.matchesRow(test.row); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// The effect of another task in the list.
func TestReflects(t *testing.T) {
	t.Parallel()
	peer := Peer{Service: vcda.Cloud, Name: "b"}
	site := &vcda.Site{Site: "b"}
	pair := vcda.Task{State: vcda.TaskSucceeded, Result: result(*site)}
	unpair := vcda.Task{State: vcda.TaskSucceeded, Workflow: vcda.Workflow{ResourceID: "b"}}
	failed := vcda.Task{State: vcda.TaskFailed, Workflow: vcda.Workflow{ResourceID: "b"}}
	for name, test := range map[string]struct {
		listed *vcda.Site
		task   vcda.Task
		want   bool
	}{
		"paired and listed":       {site, pair, true},
		"paired, not listed":      {nil, pair, false},
		"unpaired, listed":        {site, unpair, false},
		"unpaired, not listed":    {nil, unpair, true},
		"failed":                  {site, failed, true},
		"a task without resource": {nil, vcda.Task{State: vcda.TaskSucceeded}, true},
	} {
		if got := reflects(peer)(test.listed, test.task); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// Reservations, changes and tasks of a run.
func TestRun(t *testing.T) {
	t.Parallel()
	r := Run{Owners: &ownership.Ledger{}}
	peer := Peer{Service: vcda.Manager, URL: peerURL}
	same := Peer{Service: vcda.Manager, URL: "https://B.example.com:8048/"}
	if !r.reserve(peer) || r.reserve(same) {
		t.Error("want a peer reserved once, in any form of its URL")
	}
	r.endReservation(peer, "", "x", ErrNotListed)
	if !r.reserve(same) {
		t.Error("want the reservation released after a failed create")
	}
	r.endReservation(same, "1", "x", nil)
	if !r.Owners.IsChanged("1") || r.Owners.IsInState("1") {
		t.Error("want a created pairing changed by the run, and not in the state")
	}
	r.recordTask("task", peer)
	if r.match(same, vcda.Task{ID: "task"}) != lro.Yes || r.match(Peer{Service: vcda.Manager, URL: "https://c.example.com"}, vcda.Task{ID: "task"}) != lro.No {
		t.Error("want the tasks of the run matched by their peer")
	}
}
