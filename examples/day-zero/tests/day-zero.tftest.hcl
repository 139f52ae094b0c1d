# Sets two fresh appliances up and pairs them, and destroys what can be undone. The
# variables come from a tfvars file, or from TF_VAR_…

variables {
  previous_root_passwords = {} # up to Terraform 1.11 a test needs each ephemeral variable
}

run "set_up" {
  assert {
    condition     = output.healthy
    error_message = "The link does not work in both directions."
  }
}

run "second_apply" {
  assert {
    condition     = output.healthy && length(distinct(output.sites)) == 2
    error_message = "A second apply breaks the link, or the names of the sites."
  }
}
