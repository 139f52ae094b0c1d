package replicationbase

import (
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// IsReplicationID validates the id of a replication.
func IsReplicationID() validator.String {
	return stringvalidator.RegexMatches(regexp.MustCompile(`^(C4|C4VAPP|H4)-.+$`),
		"must be the id of a replication: C4-… of a VM, C4VAPP-… of a vApp, H4-… of a vSphere replication")
}
