import {
  to = vcda_sla_profile_assignment.acme
  id = "acme/b5d7f9e1-3c2a-4810-a6e4-8c0f2d4b6a97"
}
