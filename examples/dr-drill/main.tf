# What is known of each replication before its test.

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

# Waits for the answer, and keeps what came of it in a file: a failed check must not hide the report.

resource "terraform_data" "answer" {
  for_each = var.drills

  input = {
    started  = vcda_failover_test.drill[each.key].started_at
    instance = try(data.vcda_replication.drilled[each.key].latest_instance.created_at, null)
    vms      = length(coalesce(vcda_failover_test.drill[each.key].recovered_vm_ids, {}))
  }
  triggers_replace = [vcda_failover_test.drill[each.key].started_at, each.value.check]

  lifecycle {
    ignore_changes = [input] # that of the time of the test
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

  # What an interrupted apply has not come to is no success.
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

# Only warns in an apply; fails the run of a "terraform test", which cleans up then.

check "healthy" {
  assert {
    condition     = alltrue(values(local.healthy))
    error_message = "No answer from: ${join(", ", [for name, healthy in local.healthy : name if !healthy])}.\n\n${local.report}"
  }
}
