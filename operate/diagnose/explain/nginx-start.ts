import type { Meaning } from "./meaning.ts";

/** What keeps nginx, or another service, from starting or from taking its configuration. */
export const startLines: readonly Meaning[] = [
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
    name: "port taken",
    pattern:
      /\(98: |\bEADDRINUSE\b|Address already in use|Only one usage of each socket address|still could not bind/i,
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
    name: "nginx: two sites",
    pattern: /conflicting server name|a duplicate default server|duplicate listen options/i,
    example: 'nginx: [warn] conflicting server name "geo.example" on 0.0.0.0:80, ignored',
    means:
      "Two sites of this nginx claim the same name, or both want to be the default of a port. Of two with one name the first file in the alphabet answers, and the other is ignored.",
    check:
      "grep -rn 'server_name\\|default_server' /etc/nginx/sites-enabled /etc/nginx/conf.d, on the host; then npm run diagnose",
    worry: "Yes, if the other site answers in this one's place.",
  },
  {
    name: "nginx: does not run",
    pattern: /invalid PID number|nginx\.pid" failed/i,
    example: 'nginx: [error] invalid PID number "" in "/run/nginx.pid"',
    means: "nginx was asked to reload, and is not running.",
    check: "sudo nginx -t && sudo systemctl start nginx, on the host; npm run diagnose tells why it stopped",
    worry: "Yes: the service is down.",
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
  {
    name: "started or asked to reload",
    pattern:
      /signal \d+ \(SIG(HUP|QUIT|CHLD|IO)\) received|App \[\S+\] online|gracefully shutting down|start worker process/i,
    example: "signal 1 (SIGHUP) received from 1, reconfiguring",
    means:
      "nginx or pm2 logs what it was asked to do: a reload, a start, a worker that exits after a reload.",
    check: "Nothing, if you know why: npm run logs, and sudo tail /var/log/geo-system/journal on the host",
    worry: "No.",
  },
  {
    name: "systemd: gave up",
    pattern:
      /Start request repeated too quickly|Failed to start \S+\.service|Job for \S+ failed|Failed with result|Main process exited, code=/i,
    example: "Job for nginx.service failed because the control process exited with error code.",
    means:
      "systemd could not start the service, or it ended; after five starts in ten seconds it does not try again until someone starts it.",
    check:
      "sudo journalctl -u UNIT -n 30 has the program's own words; after the cause is gone: sudo systemctl restart UNIT",
    worry: "Yes: what this unit starts does not run.",
  },
];
