terraform {
  required_version = ">= 1.8"

  required_providers {
    vcda = {
      source = "vcda-dr/vcda"
    }
  }
}
