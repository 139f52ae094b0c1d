# openssl prints "AB:CD:…", other tools lower case without colons
output "thumbprint" {
  value = provider::vcda::normalize_thumbprint("a71f429ce05d33b6087bf4612e99c51a84dd703f56eb12c89a4705be63f821dc")
}
