import { type Fault, putBack, reload } from "../support/fault.ts";
import { allow } from "./network.ts";

const up = ["npm run up -- --stack STACK"];
const reinstall = [
  "HOST sudo rm -f /etc/nginx/nginx.conf",
  "HOST sudo env DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l apt-get install -y --reinstall -o Dpkg::Options::=--force-confmiss nginx-common",
  ...putBack,
  "HOST sudo systemctl reload-or-restart nginx",
];
/** A certificate of a stranger, written over the one that was deployed, in its very folder. */
const overwrite = `cd "$(readlink -f /etc/geo-system/certificate)"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -keyout privkey.pem -out fullchain.pem -subj /CN=x -addext subjectAltName=IP:ADDRESS 2> /dev/null
${reload}`;
/** A small disk in the place of a folder, full. */
const fill = (folder: string, file: string) =>
  `mount -t tmpfs -o size=1m tmpfs ${folder}; head -c 2000000 /dev/zero > ${folder}/${file} 2> /dev/null || true`;

/** What was there and is gone, while something still serves from memory. */
export const goneFaults: Fault[] = [
  {
    name: "the release's folder removed",
    breaks: 'rm -rf "$(readlink -f /srv/geo-backend/current)"',
    hop: "pm2",
    cause:
      "the folder /srv/geo-backend/releases/RELEASE is gone: the backend runs on from memory, and cannot start again",
    fix: up,
  },
  {
    name: "the application's folder removed whole",
    always: true,
    breaks: "rm -rf /srv/geo-backend",
    hop: "pm2",
    cause: "the folder /srv/geo-backend is gone: the backend runs on from memory, and cannot start again",
    fix: up,
  },
  {
    name: "Node's folder removed under a backend that serves",
    breaks: 'rm -rf "$(dirname "$(dirname "$(readlink -f /usr/local/bin/node)")")"',
    hop: "pm2",
    cause:
      "Node does not run on the host (failed to run command ‘node’: No such file or directory): the backend runs on from memory, and cannot start again",
    fix: up,
  },
  {
    name: "certificate and key overwritten in their folder",
    breaks: overwrite,
    hop: "certificate",
    cause:
      "the certificate is signed by itself, not by a CA that is trusted here; it is not the one that was deployed",
    fix: up,
  },
  {
    name: "nginx.conf deleted",
    always: true,
    breaks: "rm /etc/nginx/nginx.conf",
    hop: "nginx",
    cause:
      "/etc/nginx/nginx.conf is missing or empty: nginx runs on with what it read before, and cannot start again",
    fix: reinstall,
  },
  {
    name: "nginx.conf emptied, and nginx stopped",
    breaks: ": > /etc/nginx/nginx.conf; systemctl stop nginx",
    hop: "nginx",
    cause: "/etc/nginx/nginx.conf is missing or empty: nginx does not run",
    fix: reinstall,
  },
  {
    name: "a disk full of a log that nginx goes on writing",
    breaks: `${fill("/var/log/nginx", "access.log")}; ${reload}`,
    hop: "disk",
    cause: "the disk is full: /var/log/nginx, and the largest file on it is /var/log/nginx/access.log",
    fix: ["HOST sudo truncate -s 0 /var/log/nginx/access.log", "# look: HOST df -h /var/log/nginx"],
    cleanUp: `umount -l /var/log/nginx; ${reload}`,
  },
  {
    name: "a disk full of a file that only a person can judge",
    breaks: fill("/tmp", "export.csv"),
    hop: "disk",
    cause: "the disk is full: /tmp, and the largest file on it is /tmp/export.csv",
    fix: [
      '# look: HOST "sudo du -xah /tmp | sort -h | tail"',
      `# /tmp/export.csv has 1 MB, of user root: if it may go: HOST "sudo truncate -s 0 '/tmp/export.csv'"`,
      "# look: HOST df -h /tmp",
    ],
    untyped: true,
    cleanUp: "umount -l /tmp",
  },
  {
    name: "ufw reset: its rules are gone, that for SSH as well",
    breaks: "ufw --force reset > /dev/null",
    hop: "firewall",
    cause:
      "ufw is inactive, and was deployed active: every port that listens is open; its rules are gone as well",
    fix: [allow(22), allow(80), allow(443), "HOST sudo ufw --force enable"],
  },
];
