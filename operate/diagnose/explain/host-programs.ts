import { diagnose, ifItStays, type Meaning } from "./meaning.ts";

/** What pm2, Node and ssh print on the host or on the way to it. */
export const hostPrograms: readonly Meaning[] = [
  {
    name: "pm2: not found",
    pattern: /Process or Namespace .* not found|\[PM2\].*(not found|doesn.t exist)/i,
    example: "[PM2][ERROR] Process or Namespace geo-backend not found",
    means:
      "This user's pm2 has no application of that name: it was deleted, or it runs under another user (each has a pm2 of its own).",
    check: `${diagnose}; as the user who runs the backend: pm2 ls`,
    worry: "Yes, if it is the user who runs the backend.",
  },
  {
    name: "pm2: gave up",
    pattern: /too many unstable restarts|\berrored\b/i,
    example:
      'Script /srv/geo-backend/current/server.js had too many unstable restarts (16). Stopped. "errored"',
    means: "The backend ended again and again right after its start, and pm2 gave up.",
    check: "npm run logs -- --no-follow shows its last lines: the reason is in them",
    worry: "Yes: the service is down.",
  },
  {
    name: "pm2: exited",
    pattern: /exited with code \[?\d+\]?/i,
    example: "App [geo-backend:0] exited with code [1] via signal [SIGINT]",
    means:
      "The backend's process ended. With a signal: it was stopped or replaced. Without one: it crashed, and pm2 starts it again.",
    check: "npm run logs -- --no-follow shows its last lines before that",
    worry: ifItStays,
  },
  {
    name: "pm2: no daemon",
    pattern: /(rpc|pub)\.sock|In-memory PM2 is out-of-date|PM2.*(EACCES|permission denied)/i,
    example: "connect ECONNREFUSED /home/ubuntu/.pm2/rpc.sock",
    means:
      "pm2's daemon does not answer: it does not run, belongs to another user, or is of another version than the command.",
    check: `${diagnose}; as the user who runs the backend: pm2 ls`,
    worry: ifItStays,
  },
  {
    name: "module missing",
    pattern: /Cannot find (module|package)|ERR_MODULE_NOT_FOUND|MODULE_NOT_FOUND/i,
    example: "Error: Cannot find module 'express'",
    means:
      "The backend starts without a package or a file that it needs: not in its lock file, a development dependency, or a build that did not run.",
    check:
      "The dependencies in package.json, and whether the file is part of the release; then npx pulumi up",
    worry: "Yes, if it is the running release.",
  },
  {
    name: "out of memory",
    pattern: /heap out of memory|Cannot allocate memory|\bENOMEM\b|oom-kill|Out of memory: Killed/i,
    example: "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
    means:
      "A process asked for more memory than it may have (Node's heap limit) or than the host has (the kernel ended it).",
    check: `${diagnose}; free -m on the host; --max-old-space-size in the start script raises Node's own limit`,
    worry: "Yes: every connection of that process is lost each time.",
  },
  {
    name: "disk full",
    pattern: /\bENOSPC\b|No space left on device/i,
    example: "Error: ENOSPC: no space left on device, write",
    means: "A disk of the host is full. (Of `watch`: the limit of watched files.)",
    check: `df -h on the host; ${diagnose} names the largest files`,
    worry: "Yes: logs and data are lost until there is space.",
  },
  {
    name: "privileged port",
    pattern: /listen EACCES|EACCES: permission denied 0\.0\.0\.0|\(13: Permission denied\).*bind/i,
    example: "Error: listen EACCES: permission denied 0.0.0.0:80",
    means:
      "Only root may listen on a port below 1024; the backend listens on backendPort, and nginx on 80 and 443.",
    check: "Let it listen on process.env.PORT",
    worry: "Yes: the backend does not start.",
  },
  {
    name: "ssh: host key",
    pattern:
      /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED|knownhosts: key|ssh: host key mismatch/i,
    example: "Host key verification failed.",
    means:
      "The host shows another key than the one that is known, or none is known. Either it was rebuilt, or another machine answers at this address.",
    check: "Find out which before you accept it: compare the fingerprint with the host's console",
    worry: "Yes, until you know why it changed.",
  },
  {
    name: "ssh: host key type",
    pattern: /no matching host key type|no common algorithm for host key/i,
    example:
      "ssh: handshake failed: ssh: no common algorithm for host key; we offered: [ssh-rsa], peer offered: [ssh-ed25519]",
    means:
      "Client and host have no kind of host key in common: usually a pinned ssh-rsa key (SHA-1), which today's sshd no longer signs with.",
    check:
      "Pin the host's ed25519 key instead: ssh-keyscan -t ed25519 HOST, compared with the host's console",
    worry: "No for the users: only you are kept out.",
  },
  {
    name: "ssh: no key accepted",
    pattern:
      /Permission denied \(|unable to authenticate|All configured authentication methods failed|Too many authentication failures|no supported methods remain/i,
    example: "ubuntu@203.0.113.7: Permission denied (publickey).",
    means:
      "sshd took none of the keys that were offered: the agent holds no right one, it is another user's, or the agent offers too many before it.",
    check: "ssh-add -l shows the agent's keys; ssh -v USER@HOST shows which are offered",
    worry: "No for the users: only you are kept out.",
  },
  {
    name: "ssh: closed early",
    pattern:
      /kex_exchange_identification|ssh_exchange_identification|banner exchange|Connection (closed|reset) by .* port \d+|Connection lost before handshake|preauth/i,
    example: "kex_exchange_identification: Connection closed by remote host",
    means:
      "sshd closed the connection before it said who it is: too many logins at once (MaxStartups), a ban (fail2ban), `ufw limit`, or it is no sshd.",
    check: "Wait a minute and try again; from another address if that fails",
    worry: "No for the users: only you are kept out.",
  },
];
