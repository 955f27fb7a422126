import { z } from "zod";
import { readKeyed } from "../../../infra/host/read-facts.ts";
import { Facts } from "./facts.ts";
import type {
  AcmeSeen,
  Backend,
  CertificateFile,
  Disk,
  Firewall,
  Inside,
  Listener,
  Nginx,
  Worker,
} from "./observed.ts";

const applications = z.array(
  z.object({
    name: z.string(),
    id: z.number().optional().catch(undefined),
    run: z.string().optional().catch(undefined),
    port: z.number().optional().catch(undefined),
    pid: z.number().catch(0),
    status: z.string().catch("unknown"),
    restarts: z.number().catch(0),
    startedAt: z.number().catch(0),
    backoff: z.number().catch(0),
    exitCode: z.union([z.number(), z.string(), z.null()]).optional(),
    memory: z.number().optional(),
    script: z.string().optional(),
    folder: z.string().optional(),
  }),
);

/**
 * What the host printed, typed.
 *
 * @throws where it broke off before its end
 */
export function readInside(output: string): Inside {
  const facts = new Facts(output);
  if (!facts.whole) throw new Error("the host's answer broke off before its end");
  const [total = "0", available = "0"] = facts.one("memory");
  const [used, most] = facts.one("conntrack");
  return {
    clock: Number(facts.one("clock")[0] ?? 0) * 1000,
    deployed: facts.all("deployed", (step = "") => step),
    disks: disks(facts),
    memory: { totalKb: Number(total), availableKb: Number(available) },
    ...(used && most && { conntrack: { used: Number(used), most: Number(most) } }),
    ...capacity(facts),
    defaultRoute: facts.all("route", () => true).length > 0,
    failedUnits: facts.all("failed", (name = "") => name),
    units: facts.all("unit", (name = "", active = "", sub = "", enabled = "") => ({
      name,
      active,
      sub,
      enabled,
    })),
    services: facts.all("service", (name = "", load = "", active = "", sub = "", enabled = "") => ({
      ...{ name, load, active, sub, enabled },
      journal: facts.text(`journal of ${name}`) ?? "",
    })),
    listens: facts.all("listens", listener),
    owners: facts.all("owner", (port, pid, pm2, command = "") => ({
      port: Number(port),
      pid: Number(pid),
      pm2: pm2 === "yes",
      command: command.trim(),
    })),
    firewall: firewall(facts),
    nginx: nginx(facts),
    certificates: facts.all("certificate", certificate),
    deployedCertificate: facts.one("deployed-certificate")[0] ?? "",
    keptCertificate: facts.one("kept-certificate")[0] ?? "",
    ...acme(facts),
    backend: backend(facts),
    loopback: facts.all("loopback", (to = "", port, answer = "") => ({ to, port: Number(port), answer })),
  };
}

function capacity(facts: Facts): Pick<Inside, "serving" | "ports" | "expected"> {
  const [[ports], [expected]] = [facts.one("ports"), facts.one("expected")];
  return {
    serving: facts.all("serves", (pid, files, mostFiles) => ({
      ...{ pid: Number(pid), files: Number(files), mostFiles: Number(mostFiles) },
    })),
    ...(ports && { ports: Number(ports) }),
    ...(expected && { expected: Number(expected) }),
  };
}

/** Each file system once: its numbers may have changed between two readings. */
function disks(facts: Facts): Disk[] {
  const big = facts.all("big", (mount = "", bytes, owner = "", path = "") => ({
    ...{ mount, owner, path },
    bytes: Number(bytes),
  }));
  const all = facts.all("disk", (mount = "", usedPercent, freeKb, inodesPercent, mode) => ({
    mount,
    usedPercent: Number(usedPercent),
    freeKb: Number(freeKb),
    inodesPercent: Number(inodesPercent) || 0,
    readOnly: mode === "ro",
    big: big.filter((each) => each.mount === mount).map(({ path, bytes, owner }) => ({ path, bytes, owner })),
  }));
  return [...new Map(all.map((disk) => [disk.mount, disk])).values()];
}

function listener(at = "", process = "", pid = "0"): Listener {
  const colon = at.lastIndexOf(":");
  return { address: at.slice(0, colon), port: Number(at.slice(colon + 1)), process, pid: Number(pid) };
}

function firewall(facts: Facts): Firewall {
  const [state, otherwise = ""] = facts.one("ufw");
  return {
    ufw: state === "active" || state === "inactive" ? state : "absent",
    otherwise,
    allows: facts.all("allows", (port, v4 = "", v6 = "") => ({ port: Number(port), v4, v6 })),
    drops: facts.all("drops", (rule = "") => rule),
    exposed: facts.all("exposed", (port, how = "", by = "") => ({ port: Number(port), how, by })),
    denies: facts.all("denies", (port, action = "", from = "") => ({ port: Number(port), action, from })),
  };
}

function nginx(facts: Facts): Nginx {
  const [site, deployedSite] = [facts.text("site"), facts.text("deployed-site")];
  const [[enabled], [missingMain]] = [facts.one("enabled"), facts.one("missing-main")];
  const [seconds, path] = facts.one("newest");
  const [count, from] = facts.one("unreadable");
  return {
    present: facts.one("nginx")[0] === "present",
    valid: facts.one("valid")[0] === "yes",
    said: facts.text("said") ?? "",
    configuration: facts.text("configuration") ?? "",
    ...(missingMain && { missingMain }),
    workers: facts.all("worker", worker),
    oldWorkers: facts.all("old-worker", worker),
    ...(seconds && path && { newest: { seconds: Number(seconds), path } }),
    log: facts.text("nginx-log") ?? "",
    ...(count && from && { unreadable: { count: Number(count), from } }),
    journal: facts.text("nginx-journal") ?? "",
    ...(site !== undefined && { site }),
    ...(enabled !== undefined && { enabled }),
    ...(deployedSite !== undefined && { deployedSite }),
  };
}

function worker(...told: string[]): Worker {
  const [pid = 0, seconds = 0, files = 0, mostFiles = 0, sockets = 0] = told.map(Number);
  return {
    pid,
    seconds,
    files,
    mostFiles,
    sockets,
    state: told[5] ?? "",
    clients: Number(told[6] || 0),
    kib: Number(told[7] || 0),
  };
}

function certificate(path = "", ends = "", fingerprint = "", key = "unknown", names = ""): CertificateFile {
  const shown = names.replaceAll("IPAddress:", "").replaceAll("DNS:", "").replaceAll(",", ", ");
  return { path, missing: ends === "missing", ends: Number(ends) * 1000, fingerprint, key, names: shown };
}

function acme(facts: Facts): { acme?: AcmeSeen } {
  const [timerEnabled, timerActive, boot, account, secret] = facts.one("acme");
  if (timerEnabled === undefined) return {};
  const [last, [fingerprint, ends]] = [facts.text("acme-last"), facts.one("acme-newest")];
  const [status = 0, right = 404] = facts.one("acme-challenge");
  return {
    acme: {
      timer: { enabled: timerEnabled === "enabled", active: timerActive === "active" },
      boot: boot === "enabled",
      account: account === "yes",
      secret: secret !== "no",
      ...(last !== undefined && { last: readKeyed(last) }),
      ...(fingerprint && { newest: { fingerprint, ends: Number(ends) * 1000 } }),
      challenge: { status: Number(status), right: Number(right) },
    },
  };
}

function backend(facts: Facts): Backend {
  const [name = "", user = "", port = "0", home = "", ownPort = "", step = ""] = facts.one("backend");
  const [pm2, pid, state] = facts.one("pm2");
  const silent = facts.all("pm2-silent", () => true).length > 0;
  const [release = "", deployedRelease = ""] = facts.one("release");
  const [environment = "", deployedEnvironment = ""] = facts.one("environment");
  const [missingSecrets] = facts.one("no-secrets");
  const [[forbidden], [foreign], [nodeBroken]] = [
    facts.one("forbidden"),
    facts.one("foreign"),
    facts.one("node-broken"),
  ];
  const [gone] = facts.one("gone");
  const known = readApplications(facts.text("applications") ?? "");
  return {
    ...{ name, user, port: Number(port), home, release, deployedRelease, environment, deployedEnvironment },
    ...(ownPort && { ownPort: Number(ownPort) }),
    ...(step && { step }),
    ...unproven(facts),
    shared: facts.all("shared", (path = "") => path),
    altered: facts.all("altered", (path = "") => path),
    pm2: pm2 === "up" || pm2 === "down" ? pm2 : "absent",
    ...(silent && { silentPm2: { pid: Number(pid), frozen: state === "T" } }),
    ...(known && { applications: known }),
    ...(missingSecrets && { missingSecrets }),
    ...(forbidden && { forbidden }),
    ...(foreign && { foreign }),
    ...(nodeBroken !== undefined && { nodeBroken }),
    ...(gone && { gone }),
    saved: facts.one("saved")[0] === "yes",
    ends: facts.all("ended", (age, code, signal = "", id) => ({
      age: Number(age),
      code: Number(code),
      // pm2 names SIGINT of everything that ended without a signal.
      signal: signal === "SIGINT" ? "" : signal,
      id: Number(id),
    })),
    processes: facts.all("process", (pid, files, mostFiles, residentKb, allowedFiles) => ({
      allowedFiles: Number(allowedFiles ?? mostFiles),
      pid: Number(pid),
      files: Number(files),
      mostFiles: Number(mostFiles),
      residentKb: Number(residentKb),
    })),
    log: facts.text("backend-log") ?? "",
    errors: facts.text("backend-errors") ?? "",
    errorsAge: Number(facts.one("errors-age")[0] ?? 0),
    journal: facts.text("pm2-journal") ?? "",
  };
}

function unproven(facts: Facts): Pick<Backend, "provisional" | "takenBack"> {
  const [release, seconds] = facts.one("provisional");
  const [refused, at = "", why = ""] = facts.one("taken-back");
  return {
    ...(release && { provisional: { release, seconds: Number(seconds) } }),
    ...(refused && { takenBack: { release: refused, at, why } }),
  };
}

function readApplications(json: string) {
  try {
    return applications.parse(JSON.parse(json));
  } catch {
    return undefined; // pm2 did not answer, or not in its own words: a rule of its own says so.
  }
}
