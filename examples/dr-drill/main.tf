# Each replication before its test.

data "vcda_replication" "drilled" {
  for_each = var.drills

  id   = each.value.replication_id
  site = each.value.site
}

resource "vcda_failover_test" "drill" {
  for_each = var.drills

  replication_id = each.value.replication_id
  site           = each.value.site
  sync           = each.value.sync
  power_on       = each.value.power_on
}

# Waits for the answer, and writes the result to a file: a failed check must not hide the report.

resource "terraform_data" "answer" {
  for_each = var.drills

  input = {
    started  = vcda_failover_test.drill[each.key].started_at
    instance = try(data.vcda_replication.drilled[each.key].latest_instance.created_at, null)
    vms      = length(coalesce(vcda_failover_test.drill[each.key].recovered_vm_ids, {}))
  }
  triggers_replace = [vcda_failover_test.drill[each.key].started_at, each.value.check]

  lifecycle {
    ignore_changes = [input] # keeps the values at the time of the test
  }

  provisioner "local-exec" {
    interpreter = ["bash", "${path.module}/answer.sh"]
    command     = "${local.results}/${self.id}.json"

    environment = {
      DRILL_CHECK   = coalesce(each.value.check, "none")
      DRILL_SECONDS = each.value.wait_seconds
      DRILL_STARTED = self.output.started
    }
  }
}

locals {
  results = "${path.root}/.terraform/drill"

  drills = { for name, answer in terraform_data.answer : name => merge(
    answer.output,
    try(jsondecode(file("${local.results}/${answer.id}.json")), { up_seconds = "?", answer_seconds = "?", healthy = false, answer = "the result is on another machine" }),
  ) }

  # A drill that an interrupted apply did not reach has failed.
  healthy = { for name in keys(var.drills) : name => try(local.drills[name].healthy, false) }

  report = join("\n", concat(
    [
      "# DR drill",
      "",
      "| Workload | Started | Instance of | VMs | Up after | Answer after | Result |",
      "|---|---|---|---|---|---|---|",
    ],
    [for name, drill in local.drills :
      "| ${name} | ${drill.started} | ${drill.instance == null ? "-" : drill.instance} | ${drill.vms} | ${drill.up_seconds} s | ${drill.answer_seconds} s | ${drill.healthy ? "healthy" : "**failed**"}: ${drill.answer} |"
    ],
    [""],
  ))
}

# In an apply, a failed check only warns. It fails the run of a "terraform test", which then cleans up.

check "healthy" {
  assert {
    condition     = alltrue(values(local.healthy))
    error_message = "No answer from: ${join(", ", [for name, healthy in local.healthy : name if !healthy])}.\n\n${local.report}"
  }
}
