import { diagnose, ifItStays, type Meaning, nobodyConnects } from "./meaning.ts";

/** Lines of nginx's error log that concern the backend's side of an upgrade, and nginx's own limits. */
export const nginxLines: readonly Meaning[] = [
  {
    name: "nginx: upstream ended",
    pattern:
      /upstream prematurely closed connection|\(104: [^)]*\) while reading (response header|upstream)/i,
    example: "upstream prematurely closed connection while reading response header from upstream",
    means:
      "The backend closed the connection before it had answered: it crashed in the middle, or it refused the upgrade without an HTTP answer (`socket.destroy()`). The client saw 502.",
    check: "npm run logs -- --no-follow shows what the backend said at that second",
    worry: ifItStays,
  },
  {
    name: "nginx: header too big",
    pattern: /upstream sent too big header/i,
    example: "upstream sent too big header while reading response header from upstream",
    means:
      "The backend's answer to the upgrade has more headers (usually cookies) than fit into proxy_buffer_size, 4 kB in this site. The client saw 502.",
    check: "Send fewer or smaller cookies with the answer to the upgrade",
    worry: "Yes: each client that is given those headers fails.",
  },
  {
    name: "nginx: worker_connections",
    pattern: /worker_connections are not enough/i,
    example: "768 worker_connections are not enough while connecting to upstream",
    means:
      "A worker of nginx holds as many connections as it may; each WebSocket takes two. New clients see the connection close without an answer.",
    check:
      "npx pulumi config set workerConnections NUMBER, then npx pulumi up; npm run status shows use and limit",
    worry: "Yes: new clients are rejected.",
  },
  {
    name: "nginx: open files",
    pattern: /accept4?\(\)|(\(24: )?Too many open files|\bEMFILE\b|\bENFILE\b/i,
    example: "accept4() failed (24: Too many open files)",
    means:
      "A process has no file descriptor left: each connection takes one, and a proxied one takes two in nginx. It accepts no new connection until some close.",
    check: `${diagnose} names the process and its limit (worker_rlimit_nofile, LimitNOFILE)`,
    worry: "Yes: new clients are rejected.",
  },
  {
    name: "nginx: backend refused",
    pattern: /connect\(\) failed \(111|no live upstreams/i,
    example: "connect() failed (111: Connection refused) while connecting to upstream",
    means:
      "nginx runs and no process listens on the backend's port: it is stopped, restarting, or listens elsewhere. `no live upstreams` lasts ten seconds after that where `proxy_pass` names `localhost`. The client saw 502.",
    check: `${diagnose}; ssh HOST pm2 ls`,
    worry: ifItStays,
  },
  {
    name: "nginx: out of ports",
    pattern: /\(99: Cannot assign requested address|\bEADDRNOTAVAIL\b/i,
    example:
      "connect() to 127.0.0.1:3000 failed (99: Cannot assign requested address) while connecting to upstream",
    means:
      "All local ports towards one address are in use: about 28,000 connections to one upstream address. (Where it is said of `bind`: the address is not one of this machine.)",
    check: "npm run status shows the connections; sysctl net.ipv4.ip_local_port_range shows the range",
    worry: "Yes: new clients get 502.",
  },
  {
    name: "nginx: silent upgrade",
    pattern: /upstream timed out .*proxying upgraded connection/i,
    example: "upstream timed out (110: Connection timed out) while proxying upgraded connection",
    means:
      "A WebSocket was silent for proxy_read_timeout and nginx cut it. At 60 s that is nginx's default, at 24 hours this site's.",
    check: "npm run diagnose names the time-out that applies; a heartbeat shorter than it keeps a connection",
    worry: "Yes, if it is 60 seconds: the site is not the one that was deployed.",
  },
  {
    name: "nginx: slow backend",
    pattern: /upstream timed out/i,
    example: "upstream timed out (110: Connection timed out) while reading response header from upstream",
    means: "The backend took the connection and did not answer in time. The client saw 504.",
    check: diagnose,
    worry: ifItStays,
  },
  {
    name: "nginx: cut while open",
    pattern: /while proxying upgraded connection/i,
    example: "recv() failed (104: Connection reset by peer) while proxying upgraded connection",
    means:
      "One side of an open WebSocket went away without a close: a client that lost its network, or the backend's process ended.",
    check: "npm run watch -- --for 10m shows whether others are lost as well",
    worry: "No, for single ones. Yes, if many come in the same second.",
  },
  {
    name: "nginx: backend out of reach",
    pattern: /connect\(\)[^\n]* failed \((101|113): /i,
    example: "connect() failed (113: No route to host) while connecting to upstream",
    means:
      "nginx passes to an address that this host has no route to: another machine that is off, or a firewall rule of the host's own. The client saw 502.",
    check: "The address after `upstream:` in the line; npm run diagnose",
    worry: ifItStays,
  },
  {
    name: "nginx: may not connect",
    pattern: /connect\(\)[^\n]* failed \((1|13): /i,
    example: "connect() to 127.0.0.1:3000 failed (13: Permission denied) while connecting to upstream",
    means:
      "The system forbids nginx to connect to the backend: SELinux (httpd_can_network_connect), AppArmor, a rule for nginx's user, or the rights of a socket's file. The client saw 502.",
    check:
      "getsebool httpd_can_network_connect; sudo journalctl -k | grep -i denied; ls -l of the socket's file",
    worry: nobodyConnects,
  },
  {
    name: "socket file missing",
    pattern: /connect\(\) to unix:\S+ failed \(2: |connect ENOENT \S/i,
    example:
      "connect() to unix:/run/backend.sock failed (2: No such file or directory) while connecting to upstream",
    means:
      "The file of a unix socket is not there: the program that makes it does not run, or makes it elsewhere.",
    check: "ls -l of that path on the host, and whether the program runs",
    worry: ifItStays,
  },
  {
    name: "nginx: strange answer",
    pattern: /upstream sent (no valid|invalid|unexpected|duplicate|too long) ?(HTTP|header|chunked|status)?/i,
    example: "upstream sent no valid HTTP/1.0 header while reading response header from upstream",
    means:
      "What listens on the backend's port does not speak HTTP/1.1: another program, TLS where nginx speaks plain HTTP, or HTTP/2. The client saw 502.",
    check: `${diagnose}; on the host: curl -i http://127.0.0.1:PORT/`,
    worry: nobodyConnects,
  },
  {
    name: "nginx: limit of open files",
    pattern: /worker_connections exceed open file resource limit/i,
    example: "65535 worker_connections exceed open file resource limit: 1024",
    means:
      "nginx may hold more connections than it may open files: it rejects clients before its own limit is reached.",
    check:
      "npx pulumi up puts worker_rlimit_nofile and LimitNOFILE in place; npm run status shows use and limit",
    worry: "Yes, before many users come.",
  },
  {
    name: "nginx: worker ended",
    pattern: /worker process \d+ exited on signal|open socket #\d+ left in connection/i,
    example: "worker process 812 exited on signal 11 (core dumped)",
    means:
      "A worker of nginx ended with all its connections (9: killed, often for lack of memory; 11: it crashed, usually in a module), or was ended while it still held some.",
    check: "sudo journalctl -k | grep -iE 'oom|segfault' on the host; nginx -V names the modules",
    worry: "Yes, if it comes again: each time its clients are cut.",
  },
];
