#!/bin/bash
# A second nginx by the configuration in $1, with the limits that a unit has by default.
install -d /etc/stock-nginx
printf '%s' "$1" > /etc/stock-nginx/nginx.conf
ufw allow 8080/tcp > /dev/null
ufw allow 8443/tcp > /dev/null
nginx -t -q -c /etc/stock-nginx/nginx.conf
systemd-run -q --unit stock-nginx -p LimitNOFILE=1024:20000 nginx -c /etc/stock-nginx/nginx.conf -g 'daemon off;'
timeout 10 bash -c 'until ss -Hltn "sport = :8080" | grep . > /dev/null; do sleep 0.1; done'
