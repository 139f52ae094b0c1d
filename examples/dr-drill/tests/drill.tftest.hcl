# The drill. drills.json has the value of the variable drills. VCDA_URL and the other environment variables
# configure the provider. "terraform test" always cleans up at its end.

variables {
  drills = jsondecode(file("drills.json"))
}

run "drill" {
  assert {
    condition     = output.healthy
    error_message = output.report
  }
}
