#!/bin/sh
# The hubs, built by the SDK of the distribution and run by systemd. $1: the token that they know.
set -eu
sudo apt-get install -y -q --no-install-recommends dotnet-sdk-8.0
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build -c Release -o out
sudo systemd-run --unit hubs --uid "$(id -u)" --working-directory "$PWD" \
  --setenv TOKEN="$1" dotnet out/hub.dll
for _ in $(seq 60); do
  ss -ltn | grep -q ':9003 ' && exit 0
  sleep 0.5
done
echo "the hubs: expected a listener on port 9003 within 30 s, found none" >&2
exit 1
