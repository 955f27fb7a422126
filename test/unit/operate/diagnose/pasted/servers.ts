import type { Pasted } from "./pasted.ts";

/** Lines of nginx, systemd, pm2 and Node on the host. */
export const servers: Pasted = [
  [
    "upstream prematurely closed connection while reading response header from upstream, client: 203.0.113.9",
    "nginx: upstream ended",
  ],
  ["upstream sent too big header while reading response header from upstream", "nginx: header too big"],
  ["768 worker_connections are not enough", "nginx: worker_connections"],
  ["accept4() failed (24: Too many open files)", "nginx: open files"],
  ["socket() [::]:80 failed (97: Address family not supported by protocol)", "nginx: no IPv6"],
  ['broken header: "GET /ws" while reading PROXY protocol', "nginx: PROXY protocol"],
  ["connect() failed (111: Connection refused) while connecting to upstream", "nginx: backend refused"],
  ["no live upstreams while connecting to upstream", "nginx: backend refused"],
  [
    "upstream timed out (110: Connection timed out) while proxying upgraded connection",
    "nginx: silent upgrade",
  ],
  [
    "upstream timed out (110: Connection timed out) while reading response header from upstream",
    "nginx: slow backend",
  ],
  [
    "recv() failed (104: Connection reset by peer) while proxying upgraded connection",
    "nginx: cut while open",
  ],
  ["bind() to 0.0.0.0:80 failed (98: Address already in use)", "port taken"],
  ["[PM2][ERROR] Process or Namespace geo-backend not found", "pm2: not found"],
  ['Script server.js had too many unstable restarts (16). Stopped. "errored"', "pm2: gave up"],
  ["App [geo-backend:0] exited with code [1] via signal [SIGINT]", "pm2: exited"],
  ["connect EACCES /home/ubuntu/.pm2/rpc.sock", "pm2: no daemon"],
  ["Error: Cannot find module 'ws'", "module missing"],
  ["JavaScript heap out of memory", "out of memory"],
  ["ubuntu@203.0.113.7: Permission denied (publickey).", "ssh: no key accepted"],
  ["Host key verification failed.", "ssh: host key"],
  ["kex_exchange_identification: Connection closed by remote host", "ssh: closed early"],
  [
    "ssh: handshake failed: ssh: no common algorithm for host key; we offered: [ssh-rsa]",
    "ssh: host key type",
  ],
  [
    '2026/11/28 10:00:00 [error] 812#812: *1733 upstream prematurely closed connection while reading response header from upstream, client: 203.0.113.9, server: _, request: "GET /ws?token=x HTTP/1.1", upstream: "http://127.0.0.1:3000/ws?token=x", host: "203.0.113.7"',
    "nginx: upstream ended",
  ],
  [
    "2026/11/28 10:00:00 [alert] 812#812: 1024 worker_connections are not enough",
    "nginx: worker_connections",
  ],
  ["2026/11/28 10:00:00 [crit] 812#812: accept4() failed (24: Too many open files)", "nginx: open files"],
  [
    "2026/11/28 10:00:00 [alert] 812#812: *77 socket() failed (24: Too many open files) while connecting to upstream",
    "nginx: open files",
  ],
  [
    "2026/11/28 10:00:00 [error] 812#812: *17 upstream sent too big header while reading response header from upstream, client: 203.0.113.9",
    "nginx: header too big",
  ],
  ["nginx: [emerg] socket() [::]:80 failed (97: Address family not supported by protocol)", "nginx: no IPv6"],
  [
    '2026/11/28 10:00:00 [error] 812#812: *9 broken header: "GET /ws HTTP/1.1" while reading PROXY protocol, client: 203.0.113.9, server: 0.0.0.0:80',
    "nginx: PROXY protocol",
  ],
  [
    '2026/11/28 10:00:00 [error] 812#812: *3 connect() failed (111: Connection refused) while connecting to upstream, client: 203.0.113.9, upstream: "http://127.0.0.1:3000/ws"',
    "nginx: backend refused",
  ],
  [
    "2026/11/28 10:00:00 [error] 812#812: *3 connect() failed (113: No route to host) while connecting to upstream",
    "nginx: backend out of reach",
  ],
  [
    "2026/11/28 10:00:00 [crit] 812#812: *3 connect() to 127.0.0.1:3000 failed (13: Permission denied) while connecting to upstream",
    "nginx: may not connect",
  ],
  [
    "2026/11/28 10:00:00 [crit] 812#812: *3 connect() to unix:/run/geo.sock failed (2: No such file or directory) while connecting to upstream",
    "socket file missing",
  ],
  [
    "2026/11/28 10:00:00 [crit] 812#812: *3 connect() to 127.0.0.1:3000 failed (99: Cannot assign requested address) while connecting to upstream",
    "nginx: out of ports",
  ],
  [
    "2026/11/28 10:00:00 [error] 812#812: *5 upstream timed out (110: Connection timed out) while connecting to upstream",
    "nginx: slow backend",
  ],
  [
    '2026/11/28 10:00:00 [error] 812#812: *5 open() "/var/www/html/ws" failed (2: No such file or directory), client: 203.0.113.9, server: _, request: "GET /ws HTTP/1.1"',
    "nginx: served as a file",
  ],
  [
    '2026/11/28 10:00:00 [error] 812#812: *5 directory index of "/var/www/html/" is forbidden',
    "nginx: served as a file",
  ],
  [
    "2026/11/28 10:00:00 [info] 812#812: *5 epoll_wait() reported that client prematurely closed connection, so upstream connection is closed too while sending request to upstream",
    "client left",
  ],
  [
    "2026/11/28 10:00:00 [info] 812#812: *5 client closed connection while waiting for request",
    "client left",
  ],
  [
    "2026/11/28 10:00:00 [info] 812#812: *5 writev() failed (32: Broken pipe) while proxying upgraded connection",
    "nginx: cut while open",
  ],
  [
    "2026/11/28 10:00:00 [error] 812#812: *5 upstream sent no valid HTTP/1.0 header while reading response header from upstream",
    "nginx: strange answer",
  ],
  [
    "2026/11/28 10:00:00 [error] 812#812: *5 upstream sent invalid header while reading response header from upstream",
    "nginx: strange answer",
  ],
  [
    "2026/11/28 10:00:00 [error] 812#812: *5 client intended to send too large body: 2097152 bytes",
    "request too large",
  ],
  ["2026/11/28 10:00:00 [info] 812#812: *5 client sent too long header line", "request too large"],
  [
    "2026/11/28 10:00:00 [info] 812#812: *5 client sent invalid request while reading client request line",
    "nginx: strange client",
  ],
  [
    "2026/11/28 10:00:00 [info] 812#812: *5 client sent plain HTTP request to HTTPS port while reading client request headers",
    "plain on a TLS port",
  ],
  [
    "2026/11/28 10:00:00 [crit] 812#812: *5 SSL_do_handshake() failed (SSL: error:0A00006C:SSL routines::bad key share) while SSL handshaking, client: 203.0.113.9",
    "TLS cut",
  ],
  [
    "2026/11/28 10:00:00 [info] 812#812: *5 SSL_do_handshake() failed (SSL: error:0A000416:SSL routines::sslv3 alert certificate unknown:SSL alert number 46) while SSL handshaking",
    "client distrusts certificate",
  ],
  [
    "2026/11/28 10:00:00 [info] 812#812: *5 SSL_do_handshake() failed (SSL: error:0A0000C1:SSL routines::no shared cipher) while SSL handshaking",
    "TLS cut",
  ],
  [
    "2026/11/28 10:00:00 [info] 812#812: *5 peer closed connection in SSL handshake while SSL handshaking",
    "TLS cut",
  ],
  [
    "2026/11/28 10:00:00 [warn] 812#812: 65535 worker_connections exceed open file resource limit: 1024",
    "nginx: limit of open files",
  ],
  [
    "2026/11/28 10:00:00 [alert] 811#811: worker process 812 exited on signal 11 (core dumped)",
    "nginx: worker ended",
  ],
  ["2026/11/28 10:00:00 [alert] 811#811: worker process 812 exited on signal 9", "nginx: worker ended"],
  ["2026/11/28 10:00:00 [alert] 812#812: *5 open socket #7 left in connection 4", "nginx: worker ended"],
  ['nginx: [warn] conflicting server name "geo.example" on 0.0.0.0:80, ignored', "nginx: two sites"],
  [
    "nginx: [emerg] a duplicate default server for 0.0.0.0:80 in /etc/nginx/sites-enabled/other:2",
    "nginx: two sites",
  ],
  ["nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)", "port taken"],
  ["nginx: [emerg] still could not bind()", "port taken"],
  [
    'nginx: [emerg] host not found in upstream "backend" in /etc/nginx/sites-enabled/geo:7',
    "nginx: configuration",
  ],
  [
    'nginx: [emerg] cannot load certificate key "/etc/ssl/x.key": PEM_read_bio_PrivateKey() failed',
    "nginx: certificate file",
  ],
  [
    'nginx: [emerg] SSL_CTX_use_PrivateKey("/etc/ssl/x.key") failed (SSL: error:05800074:x509 certificate routines::key values mismatch)',
    "nginx: certificate file",
  ],
  ['nginx: [error] invalid PID number "" in "/run/nginx.pid"', "nginx: does not run"],
  ['nginx: [error] open() "/run/nginx.pid" failed (2: No such file or directory)', "nginx: does not run"],
  ["nginx.service: Start request repeated too quickly.", "systemd: gave up"],
  [
    "Failed to start nginx.service - A high performance web server and a reverse proxy server.",
    "systemd: gave up",
  ],
  ["Job for nginx.service failed because the control process exited with error code.", "systemd: gave up"],
  [
    'no live upstreams while connecting to upstream, client: 203.0.113.9, upstream: "http://localhost/ws"',
    "nginx: backend refused",
  ],
  [
    '2026/11/28 10:00:00 [error] 812#812: *5 limiting requests, excess: 20.500 by zone "perip", client: 203.0.113.9',
    "nginx: limited",
  ],
  ["[PM2][ERROR] Process or Namespace api not found", "pm2: not found"],
  ["[PM2][ERROR] Script not found: /srv/geo-backend/current/server.js", "pm2: script missing"],
  ["[PM2][ERROR] Error: Script not found: /home/ubuntu/dist/index.js", "pm2: script missing"],
  ["[PM2][ERROR] File ecosystem.config.js not found", "pm2: script missing"],
  [
    "[PM2][ERROR] Interpreter node is NOT AVAILABLE in PATH. (type 'which node' to double check.)",
    "program missing",
  ],
  ["bash: pm2: command not found", "program missing"],
  ["sudo: pm2: command not found", "program missing"],
  ["/usr/bin/env: ‘node’: No such file or directory", "program missing"],
  [
    "[PM2][ERROR] Permission denied, to give access to current user:\n$ sudo chown ubuntu:ubuntu /home/ubuntu/.pm2/rpc.sock /home/ubuntu/.pm2/pub.sock",
    "pm2: no daemon",
  ],
  ["PM2      | App name:geo-backend id:0 disconnected", "pm2: exited"],
  ["PM2      | App [geo-backend:0] exited with code [0] via signal [SIGKILL]", "pm2: exited"],
  [
    'PM2      | Script /srv/x/server.js had too many unstable restarts (16). Stopped. "errored"',
    "pm2: gave up",
  ],
  [
    "[PM2][WARN] Current process list is not synchronized with saved list. App geo-backend differs. Type 'pm2 save' to synchronize.",
    "pm2: not saved",
  ],
  [
    "[PM2] Process 0 restarted because it exceeds --max-memory-restart value (current_memory=210000000 max_memory_limit=209715200 [octets])",
    "pm2: memory limit",
  ],
  ["[PM2][ERROR] Init system not found", "pm2: no boot unit"],
  ["[PM2] Spawning PM2 daemon with pm2_home=/root/.pm2", "pm2: another user's"],
  ["Error [ERR_REQUIRE_ESM]: require() of ES Module /srv/x/server.js not supported.", "wrong kind of module"],
  ["SyntaxError: Cannot use import statement outside a module", "wrong kind of module"],
  [
    "node:internal/modules/cjs/loader:1143 throw err; Error: Cannot find module '/srv/geo-backend/current/dist/index.js'",
    "module missing",
  ],
  ["Error: Cannot find package 'ws' imported from /srv/x/server.mjs", "module missing"],
  [
    "2026/11/28 10:00:00 [error] 9#9: *1 recv() failed (104: Connection reset by peer) while reading response header from upstream",
    "nginx: upstream ended",
  ],
  ["2026/11/28 10:00:00 [error] 9#9: *1 send() failed (111: Connection refused)", "refused"],
  [
    '2026/11/28 10:00:00 [crit] 9#9: *1 open() "/var/lib/nginx/proxy/1/00/0000000001" failed (13: Permission denied) while reading upstream',
    "nginx: temporary file",
  ],
  [
    "2026/11/28 10:00:00 [warn] 9#9: *1 an upstream response is buffered to a temporary file",
    "nginx: temporary file",
  ],
  [
    "2026/11/28 10:00:00 [notice] 9#9: signal 1 (SIGHUP) received from 1, reconfiguring",
    "started or asked to reload",
  ],
  ["[PM2][ERROR] Process 3 not found", "pm2: not found"],
  ["[PM2] [WARN] No process found", "pm2: not found"],
  ["0|geo-backend | Error: listen EADDRINUSE: address already in use :::3000", "port taken"],
  ["PM2      | App [geo-backend:0] online", "started or asked to reload"],
  ["Killed process 812 (node) total-vm:1200000kB, anon-rss:900000kB", "out of memory"],
];
