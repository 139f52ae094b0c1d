package vcda

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// RecoverySettings are the stored settings for the recovery of a replication, in
// the form of the Recover request. A part that is not stored is nil.
type RecoverySettings struct {
	Failover     json.RawMessage
	FailoverTest json.RawMessage
}

// NetworkSettings reads the network settings of a replication of the Cloud service
// ("Get Network Settings").
func (c *Client) NetworkSettings(ctx context.Context, id string) (RecoverySettings, error) {
	var stored struct {
		Failover     json.RawMessage `json:"failoverSettings"`
		FailoverTest json.RawMessage `json:"failoverTestSettings"`
	}
	err := c.readReplication(ctx, id, "/network-settings", &stored)
	return RecoverySettings{notNull(stored.Failover), notNull(stored.FailoverTest)}, err
}

// Placements reads the placement for the recovery of a replication of the Manager
// service ("Replication Get Recovery Settings").
func (c *Client) Placements(ctx context.Context, id string) (RecoverySettings, error) {
	var stored struct {
		Failover     json.RawMessage `json:"failoverPlacement"`
		FailoverTest json.RawMessage `json:"testPlacement"`
	}
	err := c.readReplication(ctx, id, "/recovery-settings", &stored)
	return RecoverySettings{notNull(stored.Failover), notNull(stored.FailoverTest)}, err
}

// notNull returns nil for null and for an object without fields.
func notNull(raw json.RawMessage) json.RawMessage {
	switch strings.Join(strings.Fields(string(raw)), "") {
	case "", "null", "{}":
		return nil
	}
	return raw
}

func (c *Client) readReplication(ctx context.Context, id, part string, into any) error {
	path, err := replicationPath(id, part)
	if err != nil {
		return err
	}
	return c.fetch(ctx, rest.Request{Method: http.MethodGet, Path: path, Query: c.atSite(nil)}, into)
}

// Recover is the body of a failover test, a failover and a migration. The network
// settings are for the Cloud service; for a vApp, those of VMs and the instances
// are maps. SnapshotOptions and Placement are for the Manager service.
type Recover struct {
	Type            string            `json:"type,omitempty"` // Cloud: "vcloud", or "vcenter" for an on-premises destination
	PowerOn         bool              `json:"powerOn"`
	Sync            bool              `json:"sync,omitempty"` // test
	Consolidate     bool              `json:"consolidate,omitempty"`
	SnapshotOptions string            `json:"snapshotOptions,omitempty"`
	Instance        string            `json:"instanceId,omitempty"` // a key; the latest one by default
	Instances       map[string]string `json:"instanceMap,omitempty"`
	VMNetwork       json.RawMessage   `json:"vmNetworkSettings,omitempty"`
	VAppNetwork     json.RawMessage   `json:"vAppNetworkSettings,omitempty"`
	Placement       json.RawMessage   `json:"failoverPlacement,omitempty"`
}

// FailoverTest starts a copy of the VM or vApp ("Failover Test", "Replication
// Failover Test").
func (c *Client) FailoverTest(ctx context.Context, id string, r Recover) (Task, error) {
	return c.changeReplication(ctx, http.MethodPost, id, "/failover-test", r)
}

// Failover recovers the VM or vApp, and does not change the source ("Failover",
// "Replication Failover").
func (c *Client) Failover(ctx context.Context, id string, r Recover) (Task, error) {
	return c.changeReplication(ctx, http.MethodPost, id, "/failover", r)
}

// Migrate powers the source off, synchronizes and recovers ("Migrate", "Replication
// Migrate").
func (c *Client) Migrate(ctx context.Context, id string, r Recover) (Task, error) {
	return c.changeReplication(ctx, http.MethodPost, id, "/migrate", r)
}

// Sync synchronizes now ("Sync"). On the Manager service the call is not published.
func (c *Client) Sync(ctx context.Context, id string) (Task, error) {
	return c.changeReplication(ctx, http.MethodPost, id, "/sync", nil)
}

// Reverse swaps source and destination after a recovery, and deletes the original
// source VM ("Reverse"). On the Manager service the call is not published.
func (c *Client) Reverse(ctx context.Context, id string) (Task, error) {
	return c.changeReplication(ctx, http.MethodPost, id, "/reverse", nil)
}
