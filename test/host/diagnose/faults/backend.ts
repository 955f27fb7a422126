import { asUser, type Fault, idlers, restart, rival } from "../support/fault.ts";

const unpack = "tar -xf .geo-system/RELEASE.tar -C /srv/geo-backend/current";
const startAnew = "pm2 start /srv/geo-backend/ecosystem.config.cjs && pm2 save";

export const backendFaults: Fault[] = [
  {
    name: "pm2 application stopped",
    always: true,
    breaks: asUser("pm2 stop geo-backend"),
    hop: "pm2",
    cause: "the backend is stopped in pm2: someone stopped it, as with pm2 stop geo-backend",
    fix: [restart],
  },
  {
    name: "pm2 application deleted",
    breaks: asUser("pm2 delete geo-backend"),
    hop: "pm2",
    cause: "pm2 has no application geo-backend: it was deleted, or not restored when pm2 started",
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
    always: true,
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
    name: "the backend under root's pm2",
    breaks: `${asUser("pm2 delete geo-backend")}; HOME=/root pm2 start /srv/geo-backend/ecosystem.config.cjs
until curl -sf -o /dev/null http://127.0.0.1:3000/; do sleep 0.1; done`,
    hop: "pm2",
    cause: "pm2 of ubuntu has no geo-backend, and something else serves on port 3000: another user's pm2",
    fix: ['HOST "sudo pm2 delete geo-backend; sudo pm2 save --force"', `HOST "${startAnew}"`],
    cleanUp: "HOME=/root pm2 kill; chown -R ubuntu: /srv/geo-backend/shared",
  },
  {
    name: "releases that only root may enter",
    breaks: `chmod 700 /srv/geo-backend/releases && chown root: /srv/geo-backend/releases; ${asUser("pm2 restart geo-backend")} || true`,
    hop: "pm2",
    cause: "ubuntu may not enter /srv/geo-backend/releases, and so pm2 cannot start the backend",
    fix: [`HOST "sudo chmod a+rx /srv/geo-backend/releases && pm2 delete geo-backend; ${startAnew}"`],
    cleanUp: "chown ubuntu: /srv/geo-backend/releases",
  },
  {
    name: "pm2's own files in root's hands",
    breaks: "chown -R root: /home/ubuntu/.pm2; systemctl restart pm2-ubuntu || true",
    hop: "pm2",
    cause: "/home/ubuntu/.pm2 does not belong to ubuntu, and so pm2 does not start",
    fix: [
      "HOST sudo chown -R ubuntu: /home/ubuntu/.pm2",
      "HOST sudo systemctl reset-failed pm2-ubuntu",
      "HOST sudo systemctl restart pm2-ubuntu",
    ],
  },
  {
    name: "pm2's program gone",
    breaks: "mv /usr/local/bin/pm2 /root/pm2",
    hop: "pm2",
    cause: "the program pm2 is not there: the backend serves on, and the next boot would not bring it back",
    fix: ["npm run up -- --stack STACK"],
  },
  {
    name: "pm2 and its backend gone",
    breaks: `${asUser("pm2 kill")}; mv /usr/local/bin/pm2 /root/pm2`,
    hop: "pm2",
    cause: "the program pm2 is not there",
    fix: ["npm run up -- --stack STACK"],
  },
  {
    name: "Node gone",
    breaks: `mv /usr/local/bin/node /root/node; kill $(ss -Hltnp sport = :3000 | grep -oP 'pid=\\K[0-9]+')`,
    hop: "pm2",
    cause: "Node does not run on the host: failed to run command ‘node’: No such file or directory",
    fix: ["npm run up -- --stack STACK"],
  },
  {
    name: "crash loop: secrets that only root reads",
    breaks: `chown root: $(readlink -f /srv/geo-backend/secret.env); ${asUser("pm2 restart geo-backend")}`,
    hop: "pm2",
    cause:
      "the backend crashes and is started again, over and over (N restarts): it may not use /srv/geo-backend/environments",
    fix: [
      `HOST "sudo chown -R ubuntu: /srv/geo-backend/environments && pm2 delete geo-backend; ${startAnew}"`,
    ],
  },
  {
    name: "crash loop: its packages removed",
    breaks: `rm -r /srv/geo-backend/current/node_modules; ${asUser("pm2 restart geo-backend")}`,
    hop: "pm2",
    cause:
      "the backend crashes and is started again, over and over (N restarts): the package jose is missing in the release",
    fix: [
      `HOST "cd /srv/geo-backend/current && npm ci --omit=dev --no-audit --no-fund --prefer-offline --cache /srv/geo-backend/cache && pm2 delete geo-backend; ${startAnew}"`,
    ],
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
    name: "pm2 frozen, and the backend stopped",
    breaks: `${asUser("pm2 stop geo-backend")}; kill -STOP $(cat /home/ubuntu/.pm2/pm2.pid)`,
    hop: "pm2",
    cause: "pm2 itself is frozen by a signal STOP: nothing accepts the backend's connections",
    fix: ["HOST sudo kill -CONT PID"],
    cleanUp: asUser("pm2 restart geo-backend"),
  },
  {
    name: "a backend that accepts and never answers",
    breaks: "kill -STOP $(ss -Hltnp sport = :3000 | grep -oP 'pid=\\K[0-9]+')",
    hop: "backend on loopback",
    cause: "the backend takes connections and never answers",
    fix: [restart, "# look: HOST pm2 logs geo-backend --lines 20 --nostream"],
  },
  {
    name: "a backend that refuses the token",
    always: true,
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
  {
    name: "file descriptors of the backend exhausted",
    breaks: `backend=$(ss -Hltnp sport = :3000 | grep -oP 'pid=\\K[0-9]+'); least=$(($(ls /proc/$backend/fd | wc -l) + 4))
runuser -u ubuntu -- prlimit --pid $backend --nofile=$least:; ${idlers(3000)}
until [ "$(ls /proc/$backend/fd | wc -l)" -ge $least ]; do sleep 0.05; done`,
    hop: "limits",
    cause: "the backend has no file descriptor left: N of N are open",
    fix: ["HOST sudo -u ubuntu prlimit --pid PID --nofile=N:"],
    cleanUp: "systemctl stop idlers",
  },
];
