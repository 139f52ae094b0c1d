# Runs against three simulated appliances, which simulator.json describes; README.md says how to
# start them.

variables {
  passwords = {
    for site, appliance in jsondecode(file("simulator.json")).appliances : site => appliance.credentials.local_user.password
  }
}

run "pairs_all_with_all" {
  variables {
    sites = {
      for site, appliance in jsondecode(file("simulator.json")).appliances : site => {
        url            = appliance.url
        ca_certificate = appliance.ca_certificate
      }
    }
  }

  assert {
    condition     = output.healthy && output.links == { "site-a - site-b" = true, "site-a - site-c" = true, "site-b - site-c" = true }
    error_message = "A link is missing or does not work."
  }

  assert {
    condition     = length(regexall("-->", output.mermaid)) == 6 && strcontains(output.mermaid, "s0[\"site-a\"]")
    error_message = "The diagram does not show six pairings."
  }
}

run "refuses_a_site_that_it_was_not_made_for" {
  command = plan

  variables {
    sites = {
      for site in ["site-a", "site-b", "site-c", "site-d"] : site => { url = "https://${site}.example.com" }
    }
  }

  expect_failures = [var.sites]
}

run "refuses_a_missing_password" {
  command = plan

  variables {
    sites     = { for site in ["site-a", "site-b", "site-c"] : site => { url = "https://${site}.example.com" } }
    passwords = { site-a = "x", site-b = "x" }
  }

  expect_failures = [var.passwords]
}
