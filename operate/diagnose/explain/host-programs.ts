import { diagnose, ifItStays, type Meaning } from "./meaning.ts";

/** What pm2 and Node print on the host. */
export const hostPrograms: readonly Meaning[] = [
  {
    name: "pm2: not found",
    pattern:
      /Process or Namespace .* not found|\[PM2\].*(Process \S+ (not found|doesn.t exist)|No process found)/i,
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
    pattern: /exited with code \[?\d+\]?|App name:\S+ id:\d+ disconnected/i,
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
    name: "pm2: script missing",
    pattern: /\[PM2\].*(Script|File) (\S+ )?not found/i,
    example: "[PM2][ERROR] Script not found: /srv/geo-backend/current/server.js",
    means:
      "pm2 was asked to start a file that does not exist: a wrong folder, a build that did not run, or a release that was removed.",
    check: `${diagnose}; ls -l of that path on the host; npx pulumi up puts the release back`,
    worry: "Yes, if it is the backend's.",
  },
  {
    name: "program missing",
    pattern: /NOT AVAILABLE in PATH|command not found|env: .(node|pm2|npm).: No such file/i,
    example: "bash: pm2: command not found",
    means:
      "The shell finds no such program: it is not installed, or not on this shell's PATH (nvm's is missing in ssh HOST COMMAND, and sudo has its own).",
    check: `${diagnose}; ls -l /usr/local/bin/node /usr/local/bin/pm2 on the host; npx pulumi up puts them back`,
    worry: "Yes, if it is Node or pm2 of the user who runs the backend: the next boot brings nothing back.",
  },
  {
    name: "pm2: not saved",
    pattern: /process list is not synchronized|differs\. Type 'pm2 save'/i,
    example:
      "[PM2][WARN] Current process list is not synchronized with saved list. Type 'pm2 save' to synchronize.",
    means: "What runs is not what pm2 would bring back at the next boot.",
    check: "pm2 ls, and if it is right: pm2 save",
    worry: "No, until the host boots. Then yes.",
  },
  {
    name: "pm2: memory limit",
    pattern: /exceeds --max-memory-restart/i,
    example: "[PM2] Process 0 restarted because it exceeds --max-memory-restart value",
    means:
      "The backend used more memory than its pm2 file allows, and pm2 restarted it: all its clients were cut.",
    check: "Whether its memory grows without end (pm2 monit); else raise max_memory_restart",
    worry: "Yes, if it comes again.",
  },
  {
    name: "pm2: another user's",
    pattern: /Spawning PM2 daemon with pm2_home=/i,
    example: "[PM2] Spawning PM2 daemon with pm2_home=/root/.pm2",
    means:
      "No pm2 ran for this user, so the command started one. After `sudo pm2 …` it is root's, and knows nothing of the backend.",
    check:
      "As the user who runs the backend: pm2 ls. A daemon that was started by mistake: pm2 kill as the same user",
    worry: "No, unless a backend was started there a second time.",
  },
  {
    name: "pm2: no boot unit",
    pattern: /Init system not found/i,
    example: "[PM2][ERROR] Init system not found",
    means: "`pm2 startup` found no systemd, as in a container: nothing brings the backend back after a boot.",
    check: "ps -p 1 -o comm= on the host: a host of this package needs systemd there",
    worry: "Yes, after the next boot.",
  },
  {
    name: "wrong kind of module",
    pattern:
      /ERR_REQUIRE_ESM|Cannot use import statement outside a module|require is not defined in ES module|ERR_UNKNOWN_FILE_EXTENSION/i,
    example: "SyntaxError: Cannot use import statement outside a module",
    means:
      'Node read a file as the other kind of module: `import` needs "type": "module" in package.json (or .mjs), `require` needs it away (or .cjs). A .ts file needs a build or a loader.',
    check: "package.json of the release, and the Node version that the code was written for",
    worry: "Yes, if it is the running release: it does not start.",
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
    pattern:
      /heap out of memory|Cannot allocate memory|\bENOMEM\b|oom-kill|Out of memory: Killed|Killed process \d+/i,
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
];
