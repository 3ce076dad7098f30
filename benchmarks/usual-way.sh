#!/usr/bin/env bash
# The same job as a workflow step of shell commands usually does it: the measure that the action is held to. It clones no
# more than it needs and sends the token at once, as actions/checkout does, but it knows nothing of masks, checksums,
# races or of leaving alone what is up to date.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

token=$(
  curl --fail --silent --show-error --header @- \
    "$SECRET_MANAGER/v1/projects/$PROJECT/secrets/$SECRET/versions/$VERSION:access" \
    <<<"Authorization: Bearer $GOOGLE_OAUTH_ACCESS_TOKEN" |
    sed -n 's/.*"data": *"\([^"]*\)".*/\1/p' | base64 --decode
)

export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=http.extraHeader
GIT_CONFIG_VALUE_0="Authorization: Basic $(printf 'x-access-token:%s' "$GITHUB_TOKEN" | base64 --wrap 0)"
export GIT_CONFIG_VALUE_0
git clone --quiet --depth 1 "$GITHUB_SERVER_URL/$REPOSITORY.git" "$work/flux"
cd "$work/flux"

mkdir -p "$(dirname "$FILE")"
cat >"$FILE" <<MANIFEST
apiVersion: v1
kind: Secret
metadata:
  name: $NAME
  namespace: $NAMESPACE
stringData:
  $KEY: "$token"
MANIFEST
sops encrypt --in-place --gcp-kms "$KMS_KEY" --encrypted-regex '^(data|stringData)$' "$FILE"

git add "$FILE"
git -c user.name=github-actions -c user.email=github-actions@users.noreply.github.com \
  commit --quiet --message "Set $NAME to version $VERSION of $SECRET"
git push --quiet
