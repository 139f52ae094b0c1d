package replication

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// Spec is a wanted replication.
type Spec struct {
	Kind        vcda.Kind
	Source      Source
	Destination Destination
	Settings    vcda.SettingsChange // those to send
	DiskType    *string
	Migration   bool
	Paused      bool
	Adopt       bool // whether Start may adopt an existing replication
}

// Source is the source of a replication. Its kind determines the fields.
type Source struct {
	Site          string
	VM            string             // of a Cloud Director, or of VCenter
	VApp          string             // of a Cloud Director
	VAppTemplate  string             // of a Cloud Director
	VCenter       string             // of an on-premises site, or of a Manager service
	VAppName      string             // of a new vApp from on-premises VMs
	VMs           []string           // on premises
	ExcludedDisks []int64            // of VM
	ExcludedOfVMs map[string][]int64 // by VM
	Replicator    string             // Manager service
}

// Destination is the destination of a replication.
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

// ManagingSite returns the site that manages the replication: its destination, or
// the cloud site if the other one is on premises. A reverse makes the source the
// destination.
func (s Spec) ManagingSite(reversed bool) string {
	switch {
	case s.Destination.OnPremises:
		return s.Source.Site
	case reversed && !s.Source.isOnPremises(s.Kind):
		return s.Source.Site
	}
	return s.Destination.Site
}

// OtherManagingSite returns the site that manages the replication if it was
// reversed meanwhile, or "".
func (s Spec) OtherManagingSite(reversed bool) string {
	if other := s.ManagingSite(!reversed); other != s.ManagingSite(reversed) {
		return other
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

// body returns the request that starts the replication. The Cloud service has no
// setting for a paused start.
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

// wireSource has the fields of all types of sources.
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

// wireDestination has the fields of all types of destinations.
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

// matches reports whether a listed replication has the source and the destination
// of the spec.
func (s Spec) matches(r vcda.Replication) bool {
	return s.matchesSource(r) && sameSite(r.SourceSite(), s.Source.Site) && sameSite(r.DestinationSite(), s.Destination.Site) &&
		(s.Destination.VDC == "" || r.Destination.VDCID == s.Destination.VDC) &&
		(s.Kind != vcda.VSphere || r.Settings.Placement.VCenterID == s.Destination.Placement.VCenterID)
}

// sameSite compares names in composed Unicode, as Terraform has them.
func sameSite(a, b string) bool { return values.SiteName(a) == values.SiteName(b) }

func (s Spec) matchesSource(r vcda.Replication) bool {
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

// Key identifies a replication by its source and its destination.
func (s Spec) Key() string {
	return fmt.Sprintf("%s %q", s.Kind, append([]string{
		s.Source.Site, s.Source.VCenter, cmp.Or(s.Source.VM, s.Source.VApp, s.Source.VAppTemplate, s.Source.VAppName),
		s.Destination.Site, s.Destination.VDC, s.Destination.Placement.VCenterID,
	}, slices.Sorted(slices.Values(s.Source.VMs))...))
}

// filter returns the filter for the source, if the kind has one.
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

// Differences returns the wanted settings that a replication does not have. The SLA
// profile is always one of them, because a replication does not show it.
func Differences(wanted vcda.SettingsChange, r vcda.Replication) vcda.SettingsChange {
	current := Settings(r)
	drop(&wanted.Description, current.Description)
	drop(&wanted.RPO, current.RPO)
	drop(&wanted.ConnectionType, current.ConnectionType)
	if current.Quiesced != nil {
		drop(&wanted.Quiesced, *current.Quiesced)
	}
	drop(&wanted.InitialSyncTime, current.InitialSyncTime)
	if wanted.Retention != nil && slices.Equal(wanted.Retention.Rules, rules(current)) {
		wanted.Retention = nil
	}
	return wanted
}

// drop removes a wanted value that equals the current one.
func drop[T comparable](wanted **T, current T) {
	if *wanted != nil && **wanted == current {
		*wanted = nil
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
