package replication

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// Spec is a replication as it is asked for.
type Spec struct {
	Kind        vcda.Kind
	Source      Source
	Destination Destination
	Settings    vcda.SettingsChange // those that are to be sent
	DiskType    *string
	Migration   bool
	Paused      bool
	Adopt       bool // whether Start takes over a replication that is there already
}

// Source is what is replicated. Which fields are set depends on the kind.
type Source struct {
	Site          string
	VM            string             // of a Cloud Director, or of VCenter
	VApp          string             // of a Cloud Director
	VAppTemplate  string             // of a Cloud Director
	VCenter       string             // of an on-premises site, or of a Manager service
	VAppName      string             // to be made of on-premises VMs
	VMs           []string           // on premises
	ExcludedDisks []int64            // of VM
	ExcludedOfVMs map[string][]int64 // by VM
	Replicator    string             // Manager service
}

// Destination is where a replication goes.
type Destination struct {
	Site            string
	OnPremises      bool
	VDC             string // of a Cloud Director
	StorageProfile  string // "*" is any
	PlacementPolicy string
	SizingPolicy    string
	SeedVM          string
	SeedVApp        string
	SeedVCenter     string         // of SeedVM on premises
	Placement       vcda.Placement // Manager service
	Replicator      string         // Manager service
}

// ManagedAt returns the site where the replication is managed: its destination, or
// the cloud site where the other end is on premises. After a reverse the former
// source is the destination.
func (s Spec) ManagedAt(reversed bool) string {
	switch {
	case s.Destination.OnPremises:
		return s.Source.Site
	case reversed && !s.Source.isOnPremises(s.Kind):
		return s.Source.Site
	}
	return s.Destination.Site
}

// Elsewhere returns the other site that may manage the replication, should it have
// been reversed; "" where there is none.
func (s Spec) Elsewhere(reversed bool) string {
	if there := s.ManagedAt(!reversed); there != s.ManagedAt(reversed) {
		return there
	}
	return ""
}

func (s Source) isOnPremises(kind vcda.Kind) bool { return s.VCenter != "" && kind != vcda.VSphere }

// start is the body of a start on the Cloud service (CloudReplicationSettings).
type start struct {
	Source      any `json:"source"`
	Destination any `json:"destination"`
	vcda.SettingsChange
	TargetDiskType *string `json:"targetDiskType,omitempty"`
	Migration      bool    `json:"isMigration"`
}

// managerStart is the body of a start on the Manager service
// (StartReplicationSettings).
type managerStart struct {
	VCenter       string         `json:"vcId"`
	VM            string         `json:"vmId"`
	ExcludedDisks []int64        `json:"excludedDiskKeys,omitempty"`
	Source        vcda.Location  `json:"sourceLocation"`
	Destination   vcda.Location  `json:"destinationLocation"`
	Placement     vcda.Placement `json:"replicationPlacement"`
	vcda.SettingsChange
	TargetDiskType *string `json:"targetDiskType,omitempty"`
	StartPaused    bool    `json:"startPaused"`
	Migration      bool    `json:"isMigration"`
}

// body is what starts the replication. Paused tells the Manager service to start
// paused; the Cloud service has no such setting.
func (s Spec) body(paused bool) any {
	if s.Kind != vcda.VSphere {
		return start{Source: s.Source.wire(s.Kind), Destination: s.Destination.wire(s.Kind), SettingsChange: s.Settings, TargetDiskType: s.DiskType, Migration: s.Migration}
	}
	return managerStart{
		VCenter: s.Source.VCenter, VM: s.Source.VM, ExcludedDisks: s.Source.ExcludedDisks,
		Source:      vcda.Location{Site: s.Source.Site, ReplicatorID: s.Source.Replicator},
		Destination: vcda.Location{Site: s.Destination.Site, ReplicatorID: s.Destination.Replicator},
		Placement:   s.Destination.Placement, SettingsChange: s.Settings, TargetDiskType: s.DiskType, StartPaused: paused, Migration: s.Migration,
	}
}

// wireSource is every form of a source; the type says which.
type wireSource struct {
	Type          string             `json:"type"`
	Site          string             `json:"site"`
	VM            string             `json:"vmId,omitempty"`
	VApp          string             `json:"vappId,omitempty"`
	VAppTemplate  string             `json:"vappTemplateId,omitempty"`
	VCenter       string             `json:"vcUuid,omitempty"`
	VAppName      string             `json:"vappName,omitempty"`
	VMs           []string           `json:"vmIds,omitempty"`
	ExcludedDisks []int64            `json:"excludedDisks,omitempty"`
	ExcludedOfVMs map[string][]int64 `json:"vmExcludedDisks,omitempty"`
}

func (s Source) wire(kind vcda.Kind) wireSource {
	out := wireSource{
		Type: string(kind), Site: s.Site, VM: s.VM, VApp: s.VApp, VAppTemplate: s.VAppTemplate, VCenter: s.VCenter, VAppName: s.VAppName,
		VMs: s.VMs, ExcludedDisks: s.ExcludedDisks, ExcludedOfVMs: s.ExcludedOfVMs,
	}
	switch {
	case s.VAppTemplate != "":
		out.Type = "vappTemplate"
	case s.VCenter != "" && kind == vcda.VM:
		out.Type = "vcVm"
	case s.VCenter != "":
		out.Type = "vcVapp"
	}
	return out
}

// wireDestination is every form of a destination; the type says which.
type wireDestination struct {
	Type            string  `json:"type"`
	Site            string  `json:"site"`
	VDC             string  `json:"vdc,omitempty"`
	StorageProfile  string  `json:"storageProfile,omitempty"`
	PlacementPolicy string  `json:"placementPolicy,omitempty"`
	SizingPolicy    string  `json:"sizingPolicy,omitempty"`
	SeedVMID        string  `json:"seedVmId,omitempty"`
	SeedVAppID      string  `json:"seedVappId,omitempty"`
	SeedVM          *seedVM `json:"seedVm,omitempty"`
}

type seedVM struct {
	ID      string `json:"moId"`
	VCenter string `json:"vcId"`
}

func (d Destination) wire(kind vcda.Kind) wireDestination {
	if d.OnPremises {
		out := wireDestination{Type: "vc", Site: d.Site}
		if d.SeedVM != "" {
			out.Type, out.SeedVM = "vcVm", &seedVM{ID: d.SeedVM, VCenter: d.SeedVCenter}
		}
		return out
	}
	out := wireDestination{
		Type: "vcloud", Site: d.Site, VDC: d.VDC, StorageProfile: cmp.Or(d.StorageProfile, AnyProfile), PlacementPolicy: d.PlacementPolicy,
		SizingPolicy: d.SizingPolicy, SeedVMID: d.SeedVM, SeedVAppID: d.SeedVApp,
	}
	if d.SeedVM+d.SeedVApp != "" {
		out.Type = string(kind)
	}
	return out
}

// AnyProfile leaves the choice of a storage profile to the appliance.
const AnyProfile = "*"

// is reports whether a listed replication has the source and the destination
// asked for.
func (s Spec) is(r vcda.Replication) bool {
	return s.isSource(r) && sameSite(r.SourceSite(), s.Source.Site) && sameSite(r.DestinationSite(), s.Destination.Site) &&
		(s.Destination.VDC == "" || r.Destination.VDCID == s.Destination.VDC) &&
		(s.Kind != vcda.VSphere || r.Settings.Placement.VCenterID == s.Destination.Placement.VCenterID)
}

// sameSite compares names in composed Unicode, as Terraform has them.
func sameSite(a, b string) bool { return values.SiteName(a) == values.SiteName(b) }

func (s Spec) isSource(r vcda.Replication) bool {
	switch {
	case s.Source.VM != "":
		return r.SourceVM() == s.Source.VM && (s.Kind != vcda.VSphere || r.Settings.VCenterID == s.Source.VCenter)
	case s.Source.VApp != "":
		return r.Source.VAppID == s.Source.VApp
	case s.Source.VAppTemplate != "":
		return r.Source.VAppID == s.Source.VAppTemplate
	}
	return r.Name() == s.Source.VAppName && slices.ContainsFunc(r.VMs, func(vm vcda.Replication) bool { return slices.Contains(s.Source.VMs, vm.SourceVM()) })
}

// Key tells a replication from others by its source and its destination.
func (s Spec) Key() string {
	return fmt.Sprintf("%s %q", s.Kind, append([]string{
		s.Source.Site, s.Source.VCenter, cmp.Or(s.Source.VM, s.Source.VApp, s.Source.VAppTemplate, s.Source.VAppName),
		s.Destination.Site, s.Destination.VDC, s.Destination.Placement.VCenterID,
	}, slices.Sorted(slices.Values(s.Source.VMs))...))
}

// filter selects the replication in a list as far as the appliance can.
func (s Spec) filter() vcda.ReplicationFilter {
	switch s.Kind {
	case vcda.VM:
		return vcda.ReplicationFilter{SourceVM: s.Source.VM}
	case vcda.VApp:
		return vcda.ReplicationFilter{SourceVApp: cmp.Or(s.Source.VApp, s.Source.VAppTemplate)}
	case vcda.VSphere:
	}
	return vcda.ReplicationFilter{}
}

// Settings returns the settings of a replication; those of a vApp are those of
// its VMs.
func Settings(r vcda.Replication) vcda.Settings {
	settings := r.Machines()[0].Settings
	if r.Kind() == vcda.VApp {
		settings.Description = cmp.Or(settings.Description, r.Descriptor.Description)
	}
	return settings
}

// Differences returns which of the settings asked for a replication does not have.
// Its SLA profile can't be seen, so that one which is asked for always differs.
func Differences(asked vcda.SettingsChange, r vcda.Replication) vcda.SettingsChange {
	has := Settings(r)
	drop(&asked.Description, has.Description)
	drop(&asked.RPO, has.RPO)
	drop(&asked.ConnectionType, has.ConnectionType)
	if has.Quiesced != nil {
		drop(&asked.Quiesced, *has.Quiesced)
	}
	drop(&asked.InitialSyncTime, has.InitialSyncTime)
	if asked.Retention != nil && slices.Equal(asked.Retention.Rules, rules(has)) {
		asked.Retention = nil
	}
	return asked
}

// drop leaves out a value that is there already.
func drop[T comparable](asked **T, has T) {
	if *asked != nil && **asked == has {
		*asked = nil
	}
}

func rules(s vcda.Settings) []vcda.RetentionRule {
	if s.Retention == nil {
		return nil
	}
	return s.Retention.Rules
}

func (s Spec) String() string {
	return fmt.Sprintf("%s replication from %s to %s", s.Kind, s.Source.Site, s.Destination.Site)
}
