# Runs against two simulated appliances, site-a and site-b, which simulator.json describes; README.md
# says how to start them.

variables {
  site_a = { api_url = jsondecode(file("simulator.json")).appliances["site-a"].url }
  site_b = { api_url = jsondecode(file("simulator.json")).appliances["site-b"].url }
}

provider "vcda" {
  alias = "a"

  url            = jsondecode(file("simulator.json")).appliances["site-a"].url
  ca_certificate = jsondecode(file("simulator.json")).appliances["site-a"].ca_certificate

  login = {
    local_user = jsondecode(file("simulator.json")).appliances["site-a"].credentials.local_user
  }
}

provider "vcda" {
  alias = "b"

  url            = jsondecode(file("simulator.json")).appliances["site-b"].url
  ca_certificate = jsondecode(file("simulator.json")).appliances["site-b"].ca_certificate

  login = {
    local_user = jsondecode(file("simulator.json")).appliances["site-b"].credentials.local_user
  }
}

run "plans" {
  command = plan

  expect_failures = [check.link] # known after apply

  assert {
    condition     = vcda_site_pairing.b_to_a[0].api_thumbprint == jsondecode(file("simulator.json")).appliances["site-a"].thumbprint
    error_message = "The certificate that was looked up is not the one that A shows."
  }
}

run "pairs_both_ways" {
  variables {
    site_a = { api_url = jsondecode(file("simulator.json")).appliances["site-a"].url, description = "Protected site" }
  }

  assert {
    condition     = output.healthy && output.a_to_b.healthy && output.b_to_a.healthy
    error_message = "The link does not work."
  }

  assert {
    condition     = output.a_to_b.site == "site-b" && output.b_to_a.site == "site-a"
    error_message = "A side shows another name for the other side."
  }

  assert {
    condition     = vcda_site_pairing.a_to_b[0].repair_triggers != vcda_site_pairing.b_to_a[0].repair_triggers
    error_message = "The triggers of a side lack its own certificate, whose change has to re-pair it."
  }

  assert {
    condition     = output.a_to_b.thumbprint == jsondecode(file("simulator.json")).appliances["site-b"].thumbprint
    error_message = "The certificate that was looked up is not the one that B shows."
  }

  assert {
    condition     = output.b_to_a.thumbprint == jsondecode(file("simulator.json")).appliances["site-a"].thumbprint
    error_message = "The certificate that was looked up is not the one that A shows."
  }

  assert {
    condition     = vcda_site_pairing.b_to_a[0].description == "Protected site" && vcda_site_pairing.a_to_b[0].description == ""
    error_message = "A description is at the wrong side."
  }

  assert {
    condition     = vcda_site_pairing.b_to_a[0].wait_for_link && !vcda_site_pairing.a_to_b[0].wait_for_link
    error_message = "The wrong side waits for the link."
  }

  assert {
    condition     = strcontains(output.mermaid, "a[\"site-a\"]") && strcontains(output.mermaid, "a -->|healthy| b")
    error_message = "The diagram does not show the pair."
  }
}

run "takes_given_thumbprints" {
  variables {
    site_a = {
      api_url    = jsondecode(file("simulator.json")).appliances["site-a"].url
      thumbprint = jsondecode(file("simulator.json")).appliances["site-a"].thumbprint
      name       = "site-a"
    }
    site_b = {
      api_url    = jsondecode(file("simulator.json")).appliances["site-b"].url
      thumbprint = lower(jsondecode(file("simulator.json")).appliances["site-b"].thumbprint)
      name       = "site-b"
    }
  }

  assert {
    condition     = length(data.vcda_remote_certificate.a) + length(data.vcda_remote_certificate.b) + length(data.vcda_appliance.a) + length(data.vcda_appliance.b) == 0
    error_message = "A certificate or a name was looked up although it is given."
  }

  assert {
    condition     = output.healthy
    error_message = "The link does not work with thumbprints in another notation."
  }
}

run "looks_from_here_and_repairs" {
  variables {
    certificate_via = "direct"
    repair_triggers = { upgrade = "4.7.3" }
    timeouts        = { update = "1m" }
  }

  assert {
    condition     = output.healthy
    error_message = "The link did not survive the re-pairing."
  }
}

run "plans_the_survivor_of_a_lost_site" {
  command = plan

  variables {
    lost_site = "a"
    site_a = {
      api_url    = jsondecode(file("simulator.json")).appliances["site-a"].url
      thumbprint = jsondecode(file("simulator.json")).appliances["site-a"].thumbprint
      name       = "site-a"
    }
    site_b = {
      api_url    = jsondecode(file("simulator.json")).appliances["site-b"].url
      thumbprint = jsondecode(file("simulator.json")).appliances["site-b"].thumbprint
      name       = "site-b"
    }
  }

  assert {
    condition     = length(vcda_site_pairing.a_to_b) == 0 && length(vcda_site_pairing.b_to_a) == 1 && output.a_to_b == null && !output.healthy
    error_message = "The lost site is still part of the plan, or the survivor is not."
  }
}

# What the module refuses, before it pairs anything.

run "refuses_a_url_without_tls" {
  command = plan

  variables {
    site_a = { api_url = "http://vcda-a.example.com" }
  }

  expect_failures = [var.site_a]
}

run "refuses_a_short_thumbprint" {
  command = plan

  variables {
    site_b = { api_url = "https://vcda-b.example.com", thumbprint = "SHA-256:AB:CD" }
  }

  expect_failures = [var.site_b]
}

run "refuses_an_empty_name" {
  command = plan

  variables {
    site_a = { api_url = "https://vcda-a.example.com", name = "" }
  }

  expect_failures = [var.site_a]
}

run "refuses_another_way_to_look" {
  command = plan

  variables {
    certificate_via = "tunnel"
  }

  expect_failures = [var.certificate_via]
}

# What it refuses once both are paired, where a mistake would cost the pairings.

run "refuses_one_appliance_twice" {
  command = plan

  providers = {
    vcda.a = vcda.a
    vcda.b = vcda.a
  }

  expect_failures = [vcda_site_pairing.a_to_b]
}

run "refuses_one_site_twice" {
  command = plan

  variables {
    site_b = { api_url = upper(jsondecode(file("simulator.json")).appliances["site-a"].url) }
  }

  expect_failures = [vcda_site_pairing.a_to_b]
}
