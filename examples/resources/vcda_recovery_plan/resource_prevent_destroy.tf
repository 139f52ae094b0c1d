variable "description" {
  type    = string
  default = "Web shop"
}

resource "vcda_recovery_plan" "shop" {
  name        = "shop"
  description = var.description # in place

  steps = [
    { name = "databases", replication_ids = ["H4-1b4e28ba-2fa1-41d2-883f-0016d3cca427"] },
  ]

  # A step that is changed or removed would replace the plan, and its reports would be lost.
  lifecycle {
    prevent_destroy = true
  }
}
