import type { BigFile, Disk } from "../inside/observed.ts";
import type { Observations } from "../observations.ts";
import { on } from "./fix.ts";
import { serves } from "./pm2.ts";
import { type Rule, worry } from "./rule.ts";

/** A full disk is why everything after it fails: nothing can be saved, no log tells of it. */
const diskFull: Rule = ({ inside, target }) => {
  const full = inside?.disks.find(
    ({ usedPercent, inodesPercent }) => usedPercent >= 100 || inodesPercent >= 100,
  );
  if (!inside || !full) return undefined;
  const what = full.usedPercent >= 100 ? "full" : "out of inodes";
  return {
    ...{ hop: "disk", severity: "fail" },
    cause: `the disk is ${what}: ${full.mount}${full.big[0] ? `, and the largest file on it is ${full.big[0].path}` : ""}`,
    evidence: [
      `df ${full.mount}: ${full.usedPercent}% used, ${full.freeKb} KB free, inodes ${full.inodesPercent}%`,
      ...full.big.map(sized),
    ],
    fix: room(full, { target }, inside.backend.name),
    worry: worry.some,
  };
};

/** A disk with errors is mounted so by the kernel: everything runs, and nothing can be saved. */
const readOnly: Rule = ({ inside, target, outside: { flows } }) => {
  const disk = inside?.disks.find((each) => each.readOnly);
  if (!disk) return undefined;
  // Some hosts are made so, and serve.
  const failing = flows.some(({ failure }) => failure);
  return {
    ...{ hop: "disk", severity: failing ? "fail" : "warn" },
    cause: `${disk.mount} is mounted read-only: nothing can be saved there`,
    evidence: [`/proc/mounts: ${disk.mount} ro`],
    fix: [
      on(target, "sudo dmesg --level err,warn | tail"),
      on(target, `sudo mount -o remount,rw ${disk.mount}`),
    ],
    worry: failing ? worry.some : worry.soon,
  };
};

/** Logs that a program goes on writing after they were emptied, and how each is emptied. */
const knownLogs: readonly [path: RegExp, empty: (path: string, application: string) => string][] = [
  [/\/\.pm2\/logs\//, (_, application) => `pm2 flush ${application}`],
  [/^\/var\/log\/journal\//, () => "sudo journalctl --vacuum-size=100M"],
  [
    /^\/var\/log\/nginx\/|^\/var\/log\/(syslog|messages|kern\.log|auth\.log|ufw\.log|btmp|wtmp)$/,
    (path) => `sudo truncate -s 0 ${path}`,
  ],
];

/** What may go without a loss; of any other file only a person can say. Last: how much is free then. */
function room({ mount, big }: Disk, { target }: Pick<Observations, "target">, application: string): string[] {
  const [largest] = big;
  const free = on(target, `df -h ${mount}`);
  const [, empty] = knownLogs.find(([path]) => path.test(largest?.path ?? "")) ?? [];
  if (largest && empty) return [on(target, empty(largest.path, application)), free];
  return [
    `# look: ${on(target, `sudo du -xah ${mount} | sort -h | tail`)}`,
    ...big.map(
      (file) => `# ${sized(file)}: if it may go: ${on(target, `sudo truncate -s 0 '${file.path}'`)}`,
    ),
    free,
  ];
}

const sized = ({ path, bytes, owner }: BigFile) => `${path} has ${inUnits(bytes)}, of user ${owner}`;

const inUnits = (bytes: number) =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.max(1, Math.round(bytes / 1e6))} MB`;

const diskNearlyFull: Rule = ({ inside, target }) => {
  const full = inside?.disks.find(({ usedPercent }) => usedPercent >= 95 && usedPercent < 100);
  if (!full) return undefined;
  return {
    ...{ hop: "disk", severity: "warn" },
    cause: `the disk is nearly full: ${full.mount}, ${full.usedPercent}%`,
    evidence: [`df ${full.mount}: ${full.freeKb} KB free`],
    fix: [on(target, `sudo du -xah ${full.mount} | sort -h | tail`)],
    worry: worry.soon,
  };
};

const memoryShort: Rule = ({ inside, target }) => {
  const { totalKb, availableKb } = inside?.memory ?? { totalKb: 0, availableKb: 0 };
  if (totalKb === 0 || availableKb > 0.05 * totalKb) return undefined;
  return {
    ...{ hop: "memory", severity: "warn" },
    cause: `memory is short: ${Math.round(availableKb / 1024)} MB of ${Math.round(totalKb / 1024)} MB are left`,
    evidence: [`MemAvailable ${availableKb} KB`],
    fix: [on(target, "ps aux --sort -rss | head")],
    worry: worry.soon,
  };
};

/** More than a login and a loaded host can take. */
const skewLimit = 30_000;

export function skew({ inside, askedAt }: Observations): number {
  return inside && askedAt !== undefined && inside.clock > 0 ? inside.clock - askedAt : 0;
}

/** Tokens and certificates end too early or begin too late for one of the two. */
const clockWrong: Rule = (seen) => {
  const difference = skew(seen);
  if (!seen.inside || Math.abs(difference) < skewLimit) return undefined;
  const failing = seen.outside.flows.some(({ failure }) => failure);
  const amount = inWords(Math.abs(difference));
  return {
    ...{ hop: "clock", severity: failing ? "fail" : "warn" },
    cause: `the host's clock is ${amount} ${difference < 0 ? "behind" : "ahead of"} this machine's: tokens and certificates count as expired, or not yet valid`,
    evidence: [
      `host: ${new Date(seen.inside.clock).toISOString()}`,
      `here: ${new Date(seen.askedAt ?? 0).toISOString()}`,
    ],
    fix: ["date -u", on(seen.target, "date -u"), on(seen.target, "sudo timedatectl set-ntp true")],
    worry: failing ? worry.some : worry.soon,
  };
};

function inWords(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} minutes`;
  const hours = Math.round(seconds / 3600);
  return hours < 72 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}

const failedUnits: Rule = ({ inside, target }) => {
  // Of nginx and pm2 rules of their own tell, unless they serve without their units.
  const served = inside && serves(inside);
  const failed = (inside?.failedUnits ?? []).filter((unit) => served || !/^(nginx|pm2-)/.test(unit));
  if (failed.length === 0) return undefined;
  return {
    ...{ hop: "units", severity: "warn" },
    cause: `${failed.length === 1 ? "a unit" : "units"} of systemd failed: ${failed.join(", ")}`,
    evidence: failed.map((unit) => `systemctl --failed: ${unit}`),
    fix: failed.map((unit) => on(target, `sudo systemctl status ${unit} --no-pager`)),
    worry: worry.soon,
  };
};

/** Served now, and not after the next boot. */
const noBoot: Rule = ({ inside, target }) => {
  if (!inside?.deployed.includes("backend")) return undefined;
  const off = inside.units.filter(({ enabled }) => enabled !== "enabled");
  const saved = inside.backend.saved;
  if (off.length === 0 && saved) return undefined;
  return {
    ...{ hop: "boot", severity: "warn" },
    cause: `the next boot would not bring everything back: ${[...off.map(({ name }) => `${name} is not enabled`), ...(saved ? [] : [`pm2 has not saved ${inside.backend.name}`])].join(", ")}`,
    evidence: off.map(({ name, enabled }) => `systemctl is-enabled ${name}: ${enabled || "no such unit"}`),
    fix: [
      ...(off.length > 0
        ? [on(target, `sudo systemctl enable ${off.map(({ name }) => name).join(" ")}`)]
        : []),
      ...(saved ? [] : [on(target, "pm2 save")]),
    ],
    worry: worry.soon,
  };
};

export const hostRules = [diskFull, readOnly, clockWrong];
export const hostWarnings = [diskNearlyFull, memoryShort, clockWrong, noBoot, failedUnits];
