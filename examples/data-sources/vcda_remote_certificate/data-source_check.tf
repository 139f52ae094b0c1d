# Warns 30 days before the certificate of the other side expires.
check "certificate" {
  data "vcda_remote_certificate" "checked" {
    url = "https://vcda-b.example.com:8048"
  }

  assert {
    condition     = timecmp(data.vcda_remote_certificate.checked.not_after, timeadd(plantimestamp(), "720h")) > 0
    error_message = "The certificate of vcda-b expires at ${data.vcda_remote_certificate.checked.not_after}: replace it, and change api_thumbprint of the pairing."
  }
}
