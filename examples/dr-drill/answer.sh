#!/usr/bin/env bash
# answer.sh FILE: waits until DRILL_CHECK answers, for at most DRILL_SECONDS, and writes the result to the file.
# It fails only if it can't write.
set -euo pipefail

epoch() { date -u -d "$1" +%s 2>/dev/null || date -u -j -f %Y-%m-%dT%H:%M:%S "${1%%[.Z]*}" +%s; }

answers() {
  local address=${DRILL_CHECK#tcp://}
  case $DRILL_CHECK in
    none) return 0 ;;
    tcp://*) timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "${address%:*}" "${address##*:}" 2>/dev/null ;;
    *) curl --silent --show-error --fail --insecure --location --max-time 5 --output /dev/null "$DRILL_CHECK" 2>/dev/null ;;
  esac
}

up=$(($(date -u +%s) - $(epoch "$DRILL_STARTED")))
healthy=true answer="answered"
[[ $DRILL_CHECK != none ]] || answer="not checked"
until answers; do
  if ((SECONDS >= DRILL_SECONDS)); then
    healthy=false answer="no answer"
    break
  fi
  sleep 1
done

mkdir -p "$(dirname "$1")"
printf '{"up_seconds":%d,"answer_seconds":%d,"healthy":%s,"answer":"%s"}\n' "$((up > 0 ? up : 0))" "$SECONDS" "$healthy" "$answer" >"$1"
