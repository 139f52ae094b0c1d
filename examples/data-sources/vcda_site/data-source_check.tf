# Warns in each plan while the link does not work, also where another state manages the pairing.
check "link" {
  data "vcda_site" "checked" {
    api_url = "https://vcda-b.example.com:8048"
  }

  assert {
    condition     = data.vcda_site.checked.healthy
    error_message = "The link does not work: from the site ${jsonencode(data.vcda_site.checked.incoming_comm_error)}, to it ${jsonencode(data.vcda_site.checked.outgoing_comm_error)}."
  }
}
