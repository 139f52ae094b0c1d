# Stops a plan that the user could not apply.
data "vcda_session" "checked" {
  lifecycle {
    postcondition {
      condition     = length(setintersection(self.roles, ["ADMINISTRATORS", "VRADMINISTRATORS"])) > 0
      error_message = "${self.user} is no administrator of the appliance."
    }
  }
}
