import { diagnose, ifItStays, type Meaning } from "./meaning.ts";

/** Lines of nginx's error log that concern an upgrade, and what keeps nginx from starting. */
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
    worry: "Yes: new clients are turned away.",
  },
  {
    name: "nginx: open files",
    pattern: /accept4?\(\)|(\(24: )?Too many open files|\bEMFILE\b|\bENFILE\b/i,
    example: "accept4() failed (24: Too many open files)",
    means:
      "A process has no file descriptor left: each connection takes one, and a proxied one takes two in nginx. It accepts no new connection until some close.",
    check: `${diagnose} names the process and its limit (worker_rlimit_nofile, LimitNOFILE)`,
    worry: "Yes: new clients are turned away.",
  },
  {
    name: "nginx: no IPv6",
    pattern: /\(97: Address family not supported|Address family not supported by protocol|\bEAFNOSUPPORT\b/i,
    example: "socket() [::]:80 failed (97: Address family not supported by protocol)",
    means: "IPv6 is switched off in this kernel, and something asks for an IPv6 address (`listen [::]:80`).",
    check:
      "Take the [::] line out; the site of this package leaves it out by itself: sudo geo-system site apply by npx pulumi up",
    worry: "Yes: nginx does not start with such a line.",
  },
  {
    name: "nginx: PROXY protocol",
    pattern: /broken header: .*PROXY protocol|while reading PROXY protocol|PROXY protocol/i,
    example: 'broken header: "GET /ws HTTP/1.1" while reading PROXY protocol',
    means:
      "One side speaks the PROXY protocol and the other does not: a load balancer that sends it to a plain `listen`, or clients that come directly to a `listen … proxy_protocol`.",
    check: "Switch it on at both ends, or at neither",
    worry: "Yes: no client connects that way.",
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
    check: "npm run diagnose tells the time-out that holds; a heartbeat shorter than it keeps a connection",
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
    name: "nginx: limited",
    pattern: /limiting (connections|requests)/i,
    example: 'limiting connections by zone "perip", client: 203.0.113.9',
    means:
      "nginx refuses clients by a limit_conn or limit_req of this host's configuration; many users of one office share an address.",
    check: "grep -rn 'limit_conn\\|limit_req' /etc/nginx, on the host",
    worry: "Yes, where WebSockets are counted.",
  },
  {
    name: "nginx: rule forbids",
    pattern: /access forbidden by rule/i,
    example: "access forbidden by rule, client: 203.0.113.9",
    means: "A `deny` in nginx's configuration keeps the client's address out. The client saw 403.",
    check: "grep -rn 'deny\\|allow' /etc/nginx, on the host",
    worry: "Yes, if it is one of your users.",
  },
  {
    name: "port taken",
    pattern: /\(98: |\bEADDRINUSE\b|Address already in use/i,
    example: "Error: listen EADDRINUSE: address already in use 127.0.0.1:3000",
    means: "Another process owns that port: an older copy that still runs, or another program.",
    check: "sudo ss -ltnp 'sport = :PORT' on the host names the process that owns it",
    worry: "Yes: what prints this does not serve.",
  },
  {
    name: "nginx: certificate file",
    pattern: /cannot load certificate|BIO_new_file|PEM_read_bio|key values mismatch/i,
    example: 'cannot load certificate "/etc/geo-system/certificate/fullchain.pem": BIO_new_file() failed',
    means:
      "A certificate or key file is missing, unreadable, or the two do not belong together. nginx keeps its old configuration, and cannot start with this one.",
    check: "sudo geo-system certificate check on the host; npx pulumi up puts the files back",
    worry: "Yes: nginx does not survive a restart like this.",
  },
  {
    name: "nginx: configuration",
    pattern:
      /\[emerg\]|host not found in upstream|could not build .*hash|unknown directive|nginx.*configuration file .* test failed/i,
    example: 'nginx: [emerg] unknown directive "proxy_past" in /etc/nginx/sites-enabled/default:7',
    means:
      "nginx does not accept its configuration; the line names file and number. It keeps the old one until it is restarted.",
    check: "sudo nginx -t on the host; sudo geo-system site check tells whether it is this package's site",
    worry: "Yes: nginx does not survive a restart like this.",
  },
];
