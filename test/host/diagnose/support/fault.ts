/** One way to break a host, and what is said of it. */
export interface Fault {
  name: string;
  /** Whether `npm test` runs it as well; `npm run remedies` runs all of them. */
  always?: true;
  /** A script for root on the host. */
  breaks: string;
  hop: string;
  /** Word for word; `ADDRESS` stands for the host's, `PID` for a process. */
  cause: string;
  /** The commands as they are printed, `HOST` for the login. */
  fix: string[];
  /** Whether the fix cannot work in a container: `cleanUp` takes the break away instead. */
  untyped?: true;
  /** What is done in front of the host, on this machine, and undone before the fix is typed. */
  inFront?: { breaks: string; mends: string };
  /** What the fix leaves behind of the break itself. */
  cleanUp?: string;
}

export const site = "/etc/nginx/sites-available/geo-system";
export const enabled = "/etc/nginx/sites-enabled/geo-system";
export const reload = "nginx -t -q && systemctl reload nginx";
export const asUser = (command: string) => `runuser -l ubuntu -c '${command}'`;
export const restart = "HOST pm2 restart geo-backend";
/** Another program on a port of the service. */
export const rival = (port: number) =>
  `echo 'require("node:http").createServer((_, answer) => answer.end("rival")).listen(${port})' > /tmp/rival.js
systemd-run -q --collect --unit rival /usr/local/bin/node /tmp/rival.js
until ss -Hltn sport = :${port} | grep -q .; do sleep 0.05; done`;
/** Connections that only stand there, from the host itself; nginx hangs up on them after a minute. */
export const idlers = (port: number) =>
  `echo 'for (let i = 0; i < 60; i++) require("node:net").connect(${port}).on("error", () => {})' > /tmp/idlers.js
systemd-run -q --collect --unit idlers /usr/local/bin/node -e 'require("/tmp/idlers.js"); setInterval(() => {}, 1e6)'
until ss -Htn dport = :${port} | grep -q .; do sleep 0.05; done`;
export const putBack = [`HOST "sudo sh -c 'geo-system site apply < /var/lib/geo-system/applied/site'"`];
