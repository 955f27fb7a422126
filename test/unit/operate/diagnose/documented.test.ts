import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../../../infra/package-root.ts";
import { backendFaults } from "../../../host/diagnose/faults/backend.ts";
import { betweenFaults } from "../../../host/diagnose/faults/between.ts";
import { certificateFaults } from "../../../host/diagnose/faults/certificate.ts";
import { goneFaults } from "../../../host/diagnose/faults/gone.ts";
import { hostFaults } from "../../../host/diagnose/faults/host.ts";
import { networkFaults } from "../../../host/diagnose/faults/network.ts";
import { nginxFaults } from "../../../host/diagnose/faults/nginx.ts";

/*
 * The rows of docs/diagnose.md, each held against what proves its fix: stories that type it on a real host and ask for a
 * healthy one afterwards, or that it is a look, which begins with `#`.
 */
const stories = [
  ...[backendFaults, betweenFaults, certificateFaults, goneFaults, hostFaults, networkFaults, nginxFaults],
].flat();

const elsewhere = {
  operate: "test/host/operate.test.ts",
  own: "test/host/diagnose/own-backend.test.ts",
  acme: "test/host/diagnose/acme-faults.test.ts",
  switch: "test/host/backend-switch.test.ts",
} as const;

/**
 * By words of the row: the stories that type its fix, `FILE: words of the title` where it is told in another file, or
 * why no sandbox can have the fault.
 */
const proofs: Record<string, readonly string[] | { look: true } | { cannot: string }> = {
  'the sandbox "…" is switched off': ["operate: switched off"],
  "the name … does not exist": { look: true },
  "does not answer on any port": { look: true },
  "the disk is full": ["disk full", "a disk full of a log that nginx goes on writing"],
  "is mounted read-only": ["data mounted read-only"],
  "the host's clock is": { cannot: "a container has no clock of its own" },
  "the site is not served on port": ["own: %s is told with the right one"],
  "nginx expects the PROXY protocol": ["a PROXY header expected by hand"],
  "bytes that are not HTTP: the PROXY protocol": { cannot: "a load balancer stands outside of the host" },
  "port 443 speaks TLS, and": ["own: %s is told with the right one"],
  "port 80 only sends clients on": { look: true },
  "the host's own firewall, blocks port": ["ufw without 80", "ufw with a rule that denies 80"],
  "a container engine publishes it past ufw": { look: true },
  "ufw limits port": ["ufw that limits 80"],
  "the private key beside": [
    ...["key of another certificate", "key with a passphrase", "certificate missing"],
    "certificate and key overwritten in their folder",
  ],
  "the folder … is gone": [
    ...["the release's folder removed", "the application's folder removed whole"],
    "Node's folder removed under a backend that serves",
  ],
  "nginx.conf is missing or empty": ["nginx.conf deleted", "nginx.conf emptied, and nginx stopped"],
  "nginx is not installed": ["nginx removed", "configuration invalid, nginx restarted"],
  "nginx does not run": ["nginx stopped", "nginx masked", "another program on port 80"],
  "a firewall in front of the host": { look: true },
  "by a rule of its own, and lets others in": ["ufw that refuses the client alone"],
  "the host itself drops port": [
    ...["a rule of iptables by hand", "a rule by hand that rejects 443", "port 80 turned aside"],
  ],
  "of the host's own loopback only": ["a site that listens on the loopback only"],
  "its own connections to port 3000": [
    ...["a rule by hand between nginx and the backend", "a rule by hand that only nginx's user meets"],
  ],
  "its loopback interface is down": ["the loopback interface down"],
  "the IPv6 address": { look: true },
  "the nginx site is not enabled": [
    ...["site link missing", "sites-enabled no longer included", "no server on 443"],
    ...["another site in front", "another site on the host's own address"],
  ],
  "is no path for WebSockets: nginx": ["own: %s is told with the right one"],
  "is no path for WebSockets, and": ["own: a path that the backend takes is cut"],
  "no location of nginx passes": [
    ...["location wrong", "a single-page application's fallback", "wrong upstream port"],
  ],
  "nginx does not hand the upgrade on": [
    ...["headers missing", "HTTP/1.0 to the backend", "timeout of 60 s", "timeout missing"],
  ],
  "port 443 speaks plain HTTP |": ["no TLS on 443"],
  "● expired; ● for another name": [
    ...["certificate expired", "certificate for another name"],
    "certificate and key overwritten in their folder",
  ],
  "the certificate on the host's disk is newer": ["acme: finds a certificate that nginx has not read"],
  "nginx has no file descriptor left": ["file descriptors of nginx exhausted"],
  "nginx is full": ["worker_connections exhausted", "no port left between nginx and the backend"],
  "the backend has no file descriptor left": ["file descriptors of the backend exhausted"],
  "workers are stopped by a signal": ["all workers stopped by a signal", "one worker stopped by a signal"],
  "workers hang": ["one worker held by a debugger", "all workers held by a debugger"],
  "nginx takes connections and does not answer": {
    cannot: "what makes it so ends with it: every other way has a state",
  },
  "● Node does not run on the host": [
    ...["Node gone", "releases that only root may enter", "pm2's own files in root's hands"],
  ],
  "pm2 is not installed": [
    ...["pm2 and its backend gone", "pm2 itself down", "pm2 frozen, and the backend stopped"],
    "secrets missing",
  ],
  "port 3000 is taken by another program": [
    ...["port taken by something else", "pm2 application deleted", "pm2 application stopped"],
    ...["wrong port", "switch: is followed by nginx to the other port"],
  ],
  "the backend ended by itself": { look: true },
  "the script's step": { look: true },
  "the backend crashes over and over": [
    ...["crash loop: a folder that it may not use", "crash loop: secrets that only root reads"],
    ...["crash loop: its packages removed", "crash loop: a release changed by hand"],
  ],
  "the backend takes connections and never answers": ["a backend that accepts and never answers"],
  "the backend refuses the token": ["a backend that refuses the token"],
  "nginx itself answers 401": { look: true },
  "packets of a certain size": { look: true },
  "the way between this machine": { look: true },
  "by their length or content": ["large packets dropped by a rule of the host's own"],
  "rejects this account": { look: true },
  "the backend is full": ["clients denied"],
  "of 16 connections at once": { look: true },
  "does not answer their ping": ["heartbeat missing"],
  "the other one does not see": ["sync broken"],
  "logging in failed": { look: true },
  "can log in, and not become root": { look: true },
  "its timer is not running": ["acme: finds the timer off"],
  "the account at the CA is gone": ["acme: finds the account gone"],
  "does not answer challenges": ["acme: finds challenges that a line in the site takes"],
  "something in front of the host answers": { cannot: "a provider's page stands outside of the host" },
  "could not be renewed since": ["acme: finds a renewal that fails"],
  "the renewal was due on": { cannot: "its timer would have to be silent for a third of a lifetime" },
};

const text = readFileSync(join(packageRoot, "docs/diagnose.md"), "utf8");
const rows = text
  .slice(text.indexOf("## The faults it knows"), text.indexOf("## What it cannot tell apart"))
  .split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| (---|hop) /.test(line));
const wordsOf = (row: string) => Object.keys(proofs).filter((words) => row.includes(words));
/** The commands in the last cell. */
const commandsOf = (row: string) =>
  [...(row.split(" | ").at(-1) ?? "").matchAll(/`([^`]+)`/g)].map(([, command = ""]) => command);

describe.each(rows)("%s", (row) => {
  const [words = ""] = wordsOf(row);
  const proof = proofs[words] ?? [];

  it("has its proof", () => {
    expect(wordsOf(row)).toHaveLength(1);
    if (!Array.isArray(proof)) return;
    expect(proof).not.toEqual([]);
    for (const name of proof) expect(isTold(name), name).toBe(true);
  });

  it("shows as a command only what is typed there, or what begins with #", () => {
    const typed = Array.isArray(proof) ? proof.flatMap(fixOf).join("\n") : "";
    for (const command of commandsOf(row).filter((each) => !each.startsWith("#"))) {
      expect("look" in proof, `${command} is a look`).toBe(false);
      if (typed === "") continue; // told in another file, or nowhere
      for (const part of command.split(" … ")) expect(typed).toContain(part.replace(/ ?…$/, ""));
    }
  });
});

it("has no proof of a row that is gone", () => {
  for (const words of Object.keys(proofs)) expect(rows.join("\n")).toContain(words);
});

it("a story types its fix, or says why it cannot", () => {
  const kept = stories.filter(({ untyped }) => untyped).map(({ name }) => name);
  expect(kept).toEqual([
    "a disk full of a file that only a person can judge",
    "clock 100 days ahead",
    "a container's port published past ufw",
    "nginx that may not read its key",
  ]);
});

/** The lines that a story types. */
function fixOf(name: string): string[] {
  const story = stories.find((each) => each.name === name && !each.untyped);
  return (story?.fix ?? []).filter((line) => !line.startsWith("#"));
}

function isTold(name: string): boolean {
  const [, file, title = ""] = /^(\w+): (.*)$/.exec(name) ?? [];
  if (file !== undefined && file in elsewhere) {
    const path = elsewhere[file as keyof typeof elsewhere];
    return readFileSync(join(packageRoot, path), "utf8").includes(title);
  }
  return fixOf(name).length > 0;
}
