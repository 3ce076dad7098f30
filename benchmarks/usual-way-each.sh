#!/usr/bin/env bash
# The same job for several secrets: usual-way.sh once for each, as a workflow for each would run it. They push to one
# branch, so one has to wait for the other.
set -euo pipefail

while read -r SECRET FILE NAME; do
  SECRET=$SECRET FILE=$FILE NAME=$NAME KEY=token "$(dirname "$0")/usual-way.sh" </dev/null
done <"$ENTRIES"
