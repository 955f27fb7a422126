import { enabled, type Fault, idlers, putBack, reload, rival, site } from "../support/fault.ts";

const edit = (expression: string) => `sed -i '${expression}' ${site} && ${reload}`;

/** Stopped as by a debugger that its owner left: PTRACE_ATTACH, as x86_64 counts its system calls. */
const held = (which: string) => `cat > /tmp/hold.pl <<'end'
for (@ARGV) { syscall(101, 16, $_ + 0, 0, 0) == 0 or die "ptrace: $!" }
sleep 1000;
end
workers=$(${which} | tr '\\n' ' ')
systemd-run -q --collect --unit hold perl /tmp/hold.pl $workers
for worker in $workers; do until grep -q '^State:.*t (tracing' /proc/$worker/status; do sleep 0.05; done; done`;

const stopped = (which: string, pids: string) => ({
  hop: "nginx",
  cause: `${which} stopped by a signal: whoever is connected to one hears nothing more`,
  fix: [`HOST sudo kill -CONT ${pids}`],
});

export const nginxFaults: Fault[] = [
  {
    name: "nginx stopped",
    always: true,
    breaks: "systemctl stop nginx",
    hop: "nginx",
    cause: "nginx does not run (inactive)",
    fix: ["HOST sudo systemctl start nginx"],
  },
  {
    name: "nginx started by hand",
    breaks: "systemctl stop nginx; nginx",
    hop: "nginx",
    cause:
      "nginx runs outside of its unit, which is inactive: it was started by hand, and nothing will start it again",
    fix: ["HOST sudo kill PID", "HOST sudo systemctl start nginx"],
  },
  {
    name: "nginx that may not read its key",
    breaks: `mkdir -p /etc/systemd/system/nginx.service.d; printf '[Service]\nUser=www-data\n' > /etc/systemd/system/nginx.service.d/user.conf
systemctl daemon-reload; systemctl restart nginx || true`,
    hop: "nginx",
    cause: "nginx does not run (failed)",
    fix: ["HOST sudo systemctl start nginx"],
    untyped: true,
    cleanUp: "rm -r /etc/systemd/system/nginx.service.d; systemctl daemon-reload; systemctl start nginx",
  },
  {
    name: "nginx masked",
    breaks: "systemctl stop nginx; systemctl mask nginx",
    hop: "nginx",
    cause: "nginx does not run (inactive, and its unit is masked)",
    fix: [
      "HOST sudo systemctl unmask nginx",
      "HOST sudo systemctl enable nginx",
      "HOST sudo systemctl start nginx",
    ],
  },
  {
    name: "all workers stopped by a signal",
    breaks: "pkill -STOP -f '^nginx: worker'",
    ...stopped("N of nginx's M workers are", "PIDS"),
  },
  {
    name: "one worker stopped by a signal",
    always: true,
    breaks: "pkill -STOP -o -f '^nginx: worker process *$'",
    ...stopped("1 of nginx's M workers is", "PID"),
  },
  {
    name: "one worker held by a debugger",
    breaks: held("pgrep -o -f '^nginx: worker process *$'"),
    hop: "nginx",
    cause: "1 of nginx's M workers hangs: whoever is connected to it hears nothing more",
    fix: ["HOST sudo kill -KILL PID"],
    cleanUp: "systemctl stop hold || true",
  },
  {
    name: "all workers held by a debugger",
    breaks: held("pgrep -f '^nginx: worker process *$'"),
    hop: "nginx",
    cause: "N of nginx's M workers hang: whoever is connected to one hears nothing more",
    fix: ["HOST sudo kill -KILL PIDS"],
    cleanUp: "systemctl stop hold || true",
  },
  {
    name: "nginx removed",
    breaks:
      "DEBIAN_FRONTEND=noninteractive apt-get remove -y -q nginx nginx-core > /dev/null 2>&1 || apt-get remove -y -q nginx > /dev/null",
    hop: "nginx",
    cause: "nginx is not installed",
    fix: ["npm run up -- --stack STACK"],
  },
  {
    name: "a PROXY header expected by hand",
    breaks: edit("s/default_server/default_server proxy_protocol/"),
    hop: "upgrade",
    cause:
      "nginx expects the PROXY protocol on port 80, and a connection from here arrives without its header",
    fix: putBack,
  },
  {
    name: "no server on 443",
    breaks: edit("/listen .*443 /d"),
    hop: "site",
    cause: "no server of nginx's configuration listens on port 443",
    fix: putBack,
  },
  {
    name: "another program on port 80",
    breaks: `systemctl stop nginx; ${rival(80)}`,
    hop: "nginx",
    cause: "nginx does not run: /usr/local/bin/node /tmp/rival.js (process PID) has taken port 80",
    fix: ["HOST sudo kill PID", "HOST sudo systemctl start nginx"],
  },
  {
    name: "configuration invalid, nginx restarted",
    breaks: `sed -i 's/proxy_buffering off/proxy_buffering of/' ${site}; systemctl restart nginx || true`,
    hop: "nginx",
    cause: `nginx refuses its configuration, and does not run: invalid value "of" in "proxy_buffering" directive, it must be "on" or "off" in ${enabled}:LINE`,
    fix: putBack,
  },
  {
    name: "site link missing",
    breaks: `rm ${enabled} && ${reload}`,
    hop: "site",
    cause: `the nginx site is not enabled: ${enabled} is missing`,
    fix: putBack,
  },
  {
    name: "sites-enabled no longer included",
    breaks: `sed -i '/sites-enabled/d' /etc/nginx/nginx.conf && ${reload}`,
    hop: "site",
    cause: `nginx does not read ${enabled}: /etc/nginx/nginx.conf no longer includes sites-enabled`,
    fix: [
      `HOST "sudo sed -i '/^ *http *{/a include /etc/nginx/sites-enabled/*;' /etc/nginx/nginx.conf"`,
      `HOST "sudo nginx -t && sudo systemctl reload nginx"`,
    ],
  },
  {
    name: "a copy in the place of the link",
    breaks: `cp --remove-destination ${site} ${enabled} && ${reload}`,
    hop: "site",
    cause: `${enabled} is a file of its own, not a link to the site that was deployed`,
    fix: putBack,
  },
  {
    name: "another site on the host's own address",
    breaks: `echo 'server { listen ADDRESS:80; location / { return 200 hello; } }' > /etc/nginx/conf.d/hello.conf && nginx -t -q && systemctl restart nginx`,
    hop: "site",
    cause: "another site answers instead of geo-system: /etc/nginx/conf.d/hello.conf",
    fix: [
      `HOST "sudo mv /etc/nginx/conf.d/hello.conf /etc/nginx/sites-available/ && sudo nginx -t && sudo systemctl reload nginx"`,
    ],
    cleanUp: "rm /etc/nginx/sites-available/hello.conf",
  },
  {
    name: "a site that listens on the loopback only",
    breaks: `sed -i 's/listen 80 /listen 127.0.0.1:80 /; /listen \\[::\\]:80 /d' ${site} && nginx -t -q && systemctl restart nginx`,
    hop: "site",
    cause:
      "nginx listens on port 80 on the host's loopback interface only, so it cannot be reached from outside",
    fix: ["HOST sudo systemctl stop nginx", ...putBack, "HOST sudo systemctl start nginx"],
  },
  {
    name: "headers missing, before nginx has read that",
    // Younger than every worker by more than the second to which their age is known.
    breaks: `until [ "$(ps -o etimes= -p "$(pgrep -n -f '^nginx: worker')")" -gt 3 ]; do sleep 0.2; done
sed -i '/proxy_set_header Upgrade/d' ${site}`,
    hop: "site",
    cause:
      "nginx does not hand the upgrade on: the site lacks proxy_set_header Upgrade $http_upgrade; nginx has not read that yet, and serves as before until its next reload",
    fix: putBack,
  },
  {
    name: "headers missing",
    always: true,
    breaks: edit("/proxy_set_header \\(Upgrade\\|Connection\\)/d"),
    hop: "site",
    cause:
      "nginx does not hand the upgrade on: the site lacks proxy_set_header Upgrade $http_upgrade, proxy_set_header Connection upgrade",
    fix: putBack,
  },
  {
    name: "HTTP/1.0 to the backend",
    breaks: edit("/proxy_http_version/d"),
    hop: "site",
    cause: "nginx does not hand the upgrade on: the site lacks proxy_http_version 1.1",
    fix: putBack,
  },
  {
    name: "timeout of 60 s",
    always: true,
    breaks: edit("s/proxy_read_timeout .*/proxy_read_timeout 60s;/"),
    hop: "site",
    cause: "a WebSocket that is silent for 60 s is cut: proxy_read_timeout is 60s",
    fix: putBack,
  },
  {
    name: "timeout missing",
    breaks: edit("/proxy_read_timeout/d"),
    hop: "site",
    cause:
      "a WebSocket that is silent for 60 s is cut: proxy_read_timeout is missing, and nginx's default is 60s",
    fix: putBack,
  },
  {
    name: "location wrong",
    breaks: edit("s|location /ws {|location /socket {|"),
    hop: "site",
    cause: `no location of nginx passes /ws to the backend: location / in ${enabled} answers it`,
    fix: putBack,
  },
  {
    name: "a single-page application's fallback",
    breaks: edit("s|proxy_pass .*|root /var/www/html; try_files /index.nginx-debian.html =404;|"),
    hop: "site",
    cause: `no location of nginx passes /ws to the backend: location /ws in ${enabled} answers it`,
    fix: putBack,
  },
  {
    name: "wrong upstream port",
    breaks: `sed -i 's/127.0.0.1:3000/127.0.0.1:3999/' /etc/nginx/geo-system/upstream-a.conf && ${reload}`,
    hop: "site",
    cause: "nginx passes /ws to 127.0.0.1:3999, and the backend's port is 3000",
    fix: putBack,
  },
  {
    name: "clients denied",
    breaks: edit("s|location /ws {|& deny all;|"),
    hop: "upgrade",
    cause:
      "refused (403): the backend or nginx does not like the Origin or the address; it says: 403 Forbidden 403 Forbidden nginx",
    fix: putBack,
  },
  {
    name: "another site in front",
    breaks: `echo 'server { listen 80; server_name ADDRESS; return 200 "welcome"; }' > /etc/nginx/sites-enabled/default && ${reload}`,
    hop: "site",
    cause: "another site answers instead of geo-system: /etc/nginx/sites-enabled/default",
    fix: [
      'HOST "sudo mv /etc/nginx/sites-enabled/default /etc/nginx/sites-available/ && sudo nginx -t && sudo systemctl reload nginx"',
    ],
  },
  {
    name: "no TLS on 443",
    breaks: edit("s/listen 443 ssl/listen 443/; s/listen \\[::\\]:443 ssl/listen [::]:443/"),
    hop: "tls",
    cause: 'port 443 speaks plain HTTP, not TLS: "ssl" is missing in its listen',
    fix: putBack,
  },
  {
    name: "worker_connections exhausted",
    always: true,
    breaks: `sed -i 's/worker_connections .*/worker_connections 12;/' /etc/nginx/nginx.conf && ${reload}; ${idlers(80)}`,
    hop: "limits",
    cause: "nginx is full: a worker has N connections open, and worker_connections is 12",
    fix: putBack,
    cleanUp: "systemctl stop idlers",
  },
  {
    name: "no port left between nginx and the backend",
    breaks: `sysctl -qw net.ipv4.ip_local_port_range='50000 50004'; ${idlers(3000)}`,
    hop: "limits",
    cause: "nginx has no port left for another connection to the backend",
    fix: [`HOST "sudo sysctl -w net.ipv4.ip_local_port_range='1024 65535'"`],
    cleanUp: "systemctl stop idlers",
  },
  {
    name: "file descriptors of nginx exhausted",
    // Restarted, so that no idler meets a worker that is about to go.
    breaks: `sed -i 's/^worker_rlimit_nofile .*/worker_rlimit_nofile 24;/' /etc/nginx/nginx.conf && nginx -t -q && systemctl restart nginx; ${idlers(80)}
full() { for worker in $(pgrep -f '^nginx: worker process *$'); do [ "$(ls /proc/$worker/fd | wc -l)" -ge 24 ] || return 1; done; }
until full; do sleep 0.05; done`,
    hop: "limits",
    cause: "nginx has no file descriptor left: 24 of 24 are open",
    fix: ["HOST sudo kill -QUIT PIDS", ...putBack],
    cleanUp: "systemctl stop idlers",
  },
];
