#!/bin/sh
# Pulumi's install script, without the network. It may break off after the first file.
set -eu
while [ "$1" != --install-root ]; do shift; done
mkdir -p "$2/bin"
cp "$FAKES/pulumi" "$2/bin/"
if [ -n "${FAKE_DOWNLOAD_FAILURE:-}" ]; then
  echo "$FAKE_DOWNLOAD_FAILURE" >&2
  exit 1
fi
cp "$FAKES/pulumi-language-nodejs" "$2/bin/"
