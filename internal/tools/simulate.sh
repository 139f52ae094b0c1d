#!/usr/bin/env bash
# The functions of the demos and the playground, which source it.

# Builds the provider and the simulator into the folder $1, and a mirror with the provider into its folder $2.
build_programs() {
  local host mirror
  go build -o "$1/provider" .
  go build -o "$1/vcda-simulator" ./internal/cmd/vcda-simulator
  for host in registry.terraform.io registry.opentofu.org; do # the default hosts of both command lines
    mirror=$1/$2/$host/vcda-dr/vcda/0.0.1/$(go env GOOS)_$(go env GOARCH)
    mkdir -p "$mirror"
    cp "$1/provider" "$mirror/terraform-provider-vcda_v0.0.1"
  done
}

simulator=
stop_simulator() {
  if [[ -n $simulator ]]; then
    kill -TERM "$simulator" 2>/dev/null || true
    wait "$simulator" || true
    simulator=
  fi
}
