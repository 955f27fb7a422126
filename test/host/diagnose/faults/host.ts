import { asUser, type Fault } from "../support/fault.ts";
import { allow } from "./network.ts";

export const hostFaults: Fault[] = [
  {
    name: "data mounted read-only",
    breaks:
      "mount --bind /srv/geo-backend/shared /srv/geo-backend/shared && mount -o remount,ro,bind /srv/geo-backend/shared",
    hop: "disk",
    cause: "/srv/geo-backend/shared is mounted read-only: nothing can be saved there",
    fix: [
      '# look: HOST "sudo dmesg --level err,warn | tail"',
      "HOST sudo mount -o remount,rw /srv/geo-backend/shared",
    ],
    cleanUp: "umount /srv/geo-backend/shared",
  },
  {
    name: "disk full",
    always: true,
    breaks: `${asUser("pm2 stop geo-backend")}; cd /home/ubuntu/.pm2; mount -t tmpfs -o size=1m,uid=1000 tmpfs logs; ${asUser("pm2 start geo-backend")}
head -c 2000000 /dev/zero >> logs/geo-backend-out.log || true`,
    hop: "disk",
    cause:
      "the disk is full: /home/ubuntu/.pm2/logs, and the largest file on it is /home/ubuntu/.pm2/logs/geo-backend-out.log",
    fix: ["HOST pm2 flush geo-backend", "# look: HOST df -h /home/ubuntu/.pm2/logs"],
    cleanUp: `${asUser("pm2 stop geo-backend")}; umount -l /home/ubuntu/.pm2/logs; ${asUser("pm2 start geo-backend")}`,
  },
  {
    name: "two at once: nginx stopped behind a closed port",
    breaks: "ufw delete allow 80/tcp; systemctl stop nginx",
    hop: "firewall",
    cause: "ufw, the host's own firewall, blocks port 80",
    fix: [allow(80)],
  },
  {
    name: "clock 100 days ahead",
    // A container has no clock of its own: each program that starts is shown another one.
    breaks: `apt-get update -qq && apt-get install -y -qq libfaketime > /dev/null 2>&1
echo +100d > /etc/faketimerc; ls /usr/lib/*/faketime/libfaketime.so.1 > /etc/ld.so.preload; ${asUser("pm2 restart geo-backend")}`,
    hop: "clock",
    cause:
      "the host's clock is 100 days ahead of this machine's: tokens and certificates count as expired, or not yet valid",
    fix: ["# look: date -u", "# look: HOST date -u", "HOST sudo timedatectl set-ntp true"],
    untyped: true, // It would set a clock, and a container has none.
    cleanUp: `rm /etc/ld.so.preload; ${asUser("pm2 restart geo-backend")}`,
  },
];
