#!/usr/bin/env bash
# The common part of the demos, which source it: a temporary folder $work, the command line, and the provider and the
# simulator, newly built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source internal/tools/simulate.sh

bold='' plain=''
if [[ -t 1 ]]; then bold=$'\e[1m' plain=$'\e[0m'; fi
step() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }

work=$(mktemp -d)
finish() {
  local status=$?
  trap - EXIT
  if [[ $status != 0 && -s $work/simulator.log ]]; then
    printf '\nOutput of the simulator:\n'
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
build_programs "$work" mirror

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

# Fails unless a plan is empty.
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
