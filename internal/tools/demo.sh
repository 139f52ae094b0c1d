#!/usr/bin/env bash
# What the demos share, each of which sources it: a temporary folder $work that goes with the demo, the command line,
# and the provider and the simulator, newly built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

bold='' plain=''
if [[ -t 1 ]]; then bold=$'\e[1m' plain=$'\e[0m'; fi
step() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }

work=$(mktemp -d)
simulator=
stop_simulator() {
  if [[ -n $simulator ]]; then
    kill -TERM "$simulator" 2>/dev/null || true
    wait "$simulator" || true
    simulator=
  fi
}
finish() {
  local status=$?
  trap - EXIT
  if [[ $status != 0 && -s $work/simulator.log ]]; then
    printf '\nThe simulator said:\n'
    tail -n 20 "$work/simulator.log"
  fi
  stop_simulator
  rm -rf "$work"
  if [[ $status != 0 ]]; then printf '\n%sThe demo failed (%s).%s\n' "$bold" "$status" "$plain"; fi
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

step "Finding Terraform or OpenTofu"
cli=$(internal/tools/cli)
unset TF_WORKSPACE TF_DATA_DIR TF_REATTACH_PROVIDERS TF_LOG TF_PLUGIN_CACHE_DIR "${!TF_CLI_ARGS@}" "${!TF_VAR_@}" "${!VCDA_@}"
export TF_CLI_CONFIG_FILE='' CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1
terraform() { "$cli" -chdir="$work" "$@"; }
version=$("$cli" version)
echo "$cli: ${version%%$'\n'*}"
[[ -t 1 ]] || export TF_CLI_ARGS=-no-color

step "Building the provider and the simulator"
go build -o "$work/provider" .
go build -o "$work/vcda-simulator" ./internal/cmd/vcda-simulator
# The layout of a provider mirror, under the hosts that both command lines take for the default.
for host in registry.terraform.io registry.opentofu.org; do
  mirror=$work/mirror/$host/vcda-dr/vcda/0.0.1/$(go env GOOS)_$(go env GOARCH)
  mkdir -p "$mirror"
  cp "$work/provider" "$mirror/terraform-provider-vcda_v0.0.1"
done

# Starts the simulator with these arguments, and waits until it has printed its JSON.
start_simulator() {
  "$work/vcda-simulator" -json -stats-file "$work/stats.json" "$@" >"$work/simulator.json" 2>"$work/simulator.log" &
  simulator=$!
  for ((i = 0; ; i++)); do
    [[ $(tail -n 1 "$work/simulator.json") != '}' ]] || break
    kill -0 "$simulator" 2>/dev/null && ((i < 100)) || { echo "The simulator did not start." >&2; exit 1; }
    sleep 0.1
  done
}

# Fails unless a plan has nothing to do.
plan_again() {
  step "plan: nothing is left to do"
  terraform plan -input=false -detailed-exitcode || { echo "The second plan is not empty." >&2; exit 1; }
}

# Ends the simulator, and fails if an appliance still has a session.
count_sessions() {
  local live count
  step "Sessions: the provider has logged out wherever it logged in"
  stop_simulator
  live=$(grep -o '"live_sessions": *[0-9]*' "$work/stats.json" | grep -o '[0-9]*$') || { echo "The simulator left no statistics." >&2; exit 1; }
  grep -m 6 -oE '"(logins|logouts|live_sessions)": *[0-9]*' "$work/stats.json"
  for count in $live; do
    ((count == 0)) || { echo "An appliance still has $count session(s)." >&2; exit 1; }
  done
  printf '\n%sDone. Nothing is left behind.%s\n' "$bold" "$plain"
}
