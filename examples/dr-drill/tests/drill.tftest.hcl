# The drill. drills.json says what is tested, as the variable drills does; VCDA_URL and the other variables of the
# environment say which appliance. "terraform test" cleans up in any case, at its end.

variables {
  drills = jsondecode(file("drills.json"))
}

run "drill" {
  assert {
    condition     = output.healthy
    error_message = output.report
  }
}
