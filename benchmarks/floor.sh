#!/usr/bin/env bash
# What nobody gets below who encrypts so many manifests with sops: bare processes of it, as many at once as there are
# cores, called as the action calls them, and nothing else. xargs starts them, by way of an sh that becomes sops.
set -euo pipefail

seq "$COUNT" | xargs -P "$AT_ONCE" -I '{}' sh -c 'exec sops "$@" <"$STDIN" >/dev/null' sh \
  --config /dev/null --indent 2 encrypt --input-type json --output-type yaml --filename-override "$FILE" \
  --encrypted-regex '^(data|stringData)$' --gcp-kms "$KMS_KEY"
