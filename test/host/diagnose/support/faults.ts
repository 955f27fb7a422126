import { makeCertificate } from "../../support/certificates.ts";

/** One way to break a host, and what is said of it. */
export interface Fault {
  name: string;
  /** A script for root on the host. */
  breaks: string;
  hop: string;
  /** Word for word; `ADDRESS` stands for the host's, `PID` for a process. */
  cause: string;
  /** The commands as they are printed, `HOST` for the login. */
  fix: string[];
  /** What the fix leaves behind of the break itself. */
  cleanUp?: string;
}

const site = "/etc/nginx/sites-available/geo-system";
const enabled = "/etc/nginx/sites-enabled/geo-system";
const reload = "nginx -t -q && systemctl reload nginx";
const edit = (expression: string) => `sed -i '${expression}' ${site} && ${reload}`;
const asUser = (command: string) => `runuser -l ubuntu -c '${command}'`;
const putBack = [`HOST "sudo sh -c 'geo-system site apply < /var/lib/geo-system/applied/site'"`];
const restart = "HOST pm2 restart geo-backend";
const unpack = "tar -xf .geo-system-RELEASE.tar -C /srv/geo-backend/current";
const startAnew = "pm2 start /srv/geo-backend/ecosystem.config.cjs && pm2 save";
/** Another program on a port of the service. */
const rival = (port: number) =>
  `echo 'require("node:http").createServer((_, answer) => answer.end("rival")).listen(${port})' > /tmp/rival.js
systemd-run -q --collect --unit rival /usr/local/bin/node /tmp/rival.js
until ss -Hltn sport = :${port} | grep -q .; do sleep 0.05; done`;
/** Connections that only stand there, from the host itself; nginx hangs up on them after a minute. */
const idlers = `echo 'for (let i = 0; i < 60; i++) require("node:net").connect(80).on("error", () => {})' > /tmp/idlers.js
systemd-run -q --collect --unit idlers /usr/local/bin/node -e 'require("/tmp/idlers.js"); setInterval(() => {}, 1e6)'
until ss -Htn dport = :80 | grep -q .; do sleep 0.05; done`;

export const backendFaults: Fault[] = [
  {
    name: "pm2 application stopped",
    breaks: asUser("pm2 stop geo-backend"),
    hop: "pm2",
    cause: "the backend is stopped in pm2: somebody stopped geo-backend",
    fix: [restart],
  },
  {
    name: "pm2 application deleted",
    breaks: asUser("pm2 delete geo-backend"),
    hop: "pm2",
    cause: "pm2 knows no application geo-backend: somebody deleted it",
    fix: [`HOST "${startAnew}"`],
  },
  {
    name: "wrong port",
    breaks: asUser("PORT=3100 pm2 restart geo-backend --update-env"),
    hop: "pm2",
    cause: "the backend listens on port 3100, and nginx passes to port 3000",
    fix: [`HOST "pm2 delete geo-backend; ${startAnew}"`],
  },
  {
    name: "port taken by something else",
    breaks: `${asUser("pm2 stop geo-backend")}; ${rival(3000)}; ${asUser("pm2 start geo-backend")}`,
    hop: "pm2",
    cause:
      "port 3000 is taken by another program than pm2's geo-backend: /usr/local/bin/node /tmp/rival.js (process PID)",
    fix: ["HOST sudo kill PID", `HOST "pm2 delete geo-backend; ${startAnew}"`],
  },
  {
    name: "crash loop: a folder that it may not use",
    breaks: `chown -R root: /srv/geo-backend/shared && chmod 700 /srv/geo-backend/shared; ${asUser("pm2 restart geo-backend")}`,
    hop: "pm2",
    cause:
      "the backend crashes and is started again, over and over (N restarts): it may not use /srv/geo-backend/shared",
    fix: [`HOST "sudo chown -R ubuntu: /srv/geo-backend/shared && pm2 delete geo-backend; ${startAnew}"`],
  },
  {
    name: "crash loop: a release changed by hand",
    breaks: `echo 'throw new Error("oops");' >> /srv/geo-backend/current/src/server.ts; ${asUser("pm2 restart geo-backend")}`,
    hop: "pm2",
    cause:
      "the backend crashes and is started again, over and over (N restarts): src/server.ts of the release was changed on the host",
    fix: [`HOST "${unpack} && pm2 delete geo-backend; ${startAnew}"`],
  },
  {
    name: "pm2 itself down",
    breaks: "systemctl stop pm2-ubuntu",
    hop: "pm2",
    cause: "pm2 itself does not run, and so the backend does not: its unit pm2-ubuntu is inactive",
    fix: ["HOST sudo systemctl restart pm2-ubuntu"],
  },
  {
    name: "secrets missing",
    breaks: `rm /srv/geo-backend/secret.env; ${asUser("pm2 restart geo-backend")}`,
    hop: "pm2",
    cause: "the backend's secrets are missing: /srv/geo-backend/secret.env",
    fix: [
      'HOST "sudo ln -sfT environments/\\$(sudo cat /var/lib/geo-system/backend/generation) /srv/geo-backend/secret.env"',
      `HOST "pm2 delete geo-backend; ${startAnew}"`,
    ],
  },
  {
    name: "a backend that accepts and never answers",
    breaks: "kill -STOP $(ss -Hltnp sport = :3000 | grep -oP 'pid=\\K[0-9]+')",
    hop: "backend on loopback",
    cause: "the backend takes connections and never answers",
    fix: [restart, "HOST pm2 logs geo-backend --lines 20 --nostream"],
  },
  {
    name: "a backend that refuses the token",
    breaks: `cd /srv/geo-backend; runuser -u ubuntu -- sh -c 'echo TOKEN_SECRET=0123456789abcdef0123456789abcdef > environments/other'
ln -sfT environments/other secret.env; ${asUser("pm2 restart geo-backend")}`,
    hop: "token",
    cause:
      "the backend refuses the token: it runs with other secrets than were deployed (/srv/geo-backend/secret.env leads to other)",
    fix: ["HOST sudo ln -sfT environments/GENERATED /srv/geo-backend/secret.env", restart],
  },
  {
    name: "heartbeat missing",
    breaks: `sed -i 's/return send(command.plain.*/return;/' /srv/geo-backend/current/src/commands.ts; ${asUser("pm2 restart geo-backend")}`,
    hop: "heartbeat",
    cause:
      "clients connect, and the backend does not answer their ping; src/commands.ts of the release was changed on the host",
    fix: [`HOST "${unpack} && pm2 restart geo-backend"`],
  },
  {
    name: "sync broken",
    breaks: `sed -i 's/this.#windows.add(window);/if (this.#windows.size === 0) &/' /srv/geo-backend/current/src/account.ts; ${asUser("pm2 restart geo-backend")}`,
    hop: "sync",
    cause:
      "what one client does, the other one of the same account does not see; src/account.ts of the release was changed on the host",
    fix: [`HOST "${unpack} && pm2 restart geo-backend"`],
  },
];

export const nginxFaults: Fault[] = [
  {
    name: "nginx stopped",
    breaks: "systemctl stop nginx",
    hop: "nginx",
    cause: "nginx does not run (inactive)",
    fix: ["HOST sudo systemctl start nginx"],
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
    name: "headers missing",
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
    breaks: edit("s/127.0.0.1:3000/127.0.0.1:3999/"),
    hop: "site",
    cause: "nginx passes /ws to 127.0.0.1:3999, and the backend's port is 3000",
    fix: putBack,
  },
  {
    name: "another site in front",
    breaks: `echo 'server { listen 80; server_name ADDRESS; return 200 "welcome"; }' > /etc/nginx/sites-enabled/default && ${reload}`,
    hop: "site",
    cause: "another site answers in the place of geo-system: /etc/nginx/sites-enabled/default",
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
    breaks: `sed -i 's/worker_connections .*/worker_connections 12;/' /etc/nginx/nginx.conf && ${reload}; ${idlers}`,
    hop: "limits",
    cause: "nginx is full: a worker has N connections open, and worker_connections is 12",
    fix: putBack,
    cleanUp: "systemctl stop idlers",
  },
];

/** Another certificate in the place of the one that was deployed. */
const strange = (make: string) => `
folder=/etc/geo-system/certificates/strange; mkdir -p $folder; cd $folder
${make}
ln -sfT $folder /etc/geo-system/certificate; ${reload}`;
const certificate = (name: string) =>
  strange(
    `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -keyout privkey.pem -out fullchain.pem -subj /CN=x -addext subjectAltName=${name} 2> /dev/null`,
  );
const { chain, key } = await makeCertificate(-1);
const relink = [
  'HOST "test -e /etc/geo-system/certificates/GENERATED/fullchain.pem && sudo ln -sfT /etc/geo-system/certificates/GENERATED /etc/geo-system/certificate && sudo nginx -t && sudo systemctl reload-or-restart nginx"',
];

export const certificateFaults: Fault[] = [
  {
    name: "certificate expired",
    breaks: strange(`echo '${chain}' > fullchain.pem; echo '${key}' > privkey.pem`),
    hop: "certificate",
    cause: "the certificate has expired, on DATE; it is not the one that was deployed",
    fix: relink,
  },
  {
    name: "certificate for another name",
    breaks: certificate("DNS:shop.example"),
    hop: "certificate",
    cause: "the certificate is for shop.example, not for ADDRESS; it is not the one that was deployed",
    fix: relink,
  },
  {
    name: "key of another certificate",
    breaks: `${certificate("IP:ADDRESS")}
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out privkey.pem; systemctl restart nginx || true`,
    hop: "certificate",
    cause: "the private key beside /etc/geo-system/certificate/fullchain.pem belongs to another certificate",
    fix: relink,
  },
];

const allow = (port: number) => `HOST sudo ufw allow ${port}/tcp comment geo-system`;

export const networkFaults: Fault[] = [
  {
    name: "ufw without 80",
    breaks: "ufw delete allow 80/tcp",
    hop: "firewall",
    cause: "ufw, the host's own firewall, lets nobody in on port 80",
    fix: [allow(80)],
  },
  {
    name: "ufw without 443",
    breaks: "ufw delete allow 443/tcp",
    hop: "firewall",
    cause: "ufw, the host's own firewall, lets nobody in on port 443",
    fix: [allow(443)],
  },
  {
    name: "ufw with nothing but SSH",
    breaks: "ufw delete allow 80/tcp; ufw delete allow 443/tcp",
    hop: "firewall",
    cause: "ufw, the host's own firewall, lets nobody in on ports 80 and 443",
    fix: [allow(80), allow(443)],
  },
  {
    name: "ufw with a rule that denies 80",
    breaks: "ufw deny 80/tcp",
    hop: "firewall",
    cause: "ufw, the host's own firewall, lets nobody in on port 80",
    fix: ["HOST sudo ufw delete deny 80/tcp", allow(80)],
  },
  {
    name: "a rule of iptables by hand",
    breaks: "iptables -I INPUT -p tcp --dport 80 -j DROP",
    hop: "firewall",
    cause: "the host itself drops port 80, and not by ufw: the packets arrive, and ufw lets them in",
    fix: ["HOST sudo iptables -D INPUT -p tcp -m tcp --dport 80 -j DROP"],
  },
];

export const hostFaults: Fault[] = [
  {
    name: "disk full",
    breaks: `${asUser("pm2 stop geo-backend")}; cd /home/ubuntu/.pm2; mount -t tmpfs -o size=1m,uid=1000 tmpfs logs; ${asUser("pm2 start geo-backend")}
head -c 2000000 /dev/zero >> logs/geo-backend-out.log || true`,
    hop: "disk",
    cause:
      "the disk is full: /home/ubuntu/.pm2/logs, and the largest file on it is /home/ubuntu/.pm2/logs/geo-backend-out.log",
    fix: ["HOST pm2 flush geo-backend"],
    cleanUp: `${asUser("pm2 stop geo-backend")}; umount -l /home/ubuntu/.pm2/logs; ${asUser("pm2 start geo-backend")}`,
  },
  {
    name: "two at once: nginx stopped behind a closed port",
    breaks: "ufw delete allow 80/tcp; systemctl stop nginx",
    hop: "firewall",
    cause: "ufw, the host's own firewall, lets nobody in on port 80",
    fix: [allow(80)],
  },
];
