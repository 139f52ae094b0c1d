terraform {
  required_version = ">= 1.11"

  required_providers {
    vcda = {
      source = "vcda-dr/vcda"
    }
  }
}
