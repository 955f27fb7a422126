import { pathRules, portRules } from "./address.ts";
import { assumedTls } from "./assumed-tls.ts";
import { backendRules } from "./backend.ts";
import { certificateRules, certificateWarnings, keyRules } from "./certificate.ts";
import { traceWarnings } from "./client-log.ts";
import { crashWarnings } from "./crash.ts";
import { firewallRules, firewallWarnings } from "./firewall.ts";
import { flowRules } from "./flow.ts";
import { hostRules, hostWarnings } from "./host.ts";
import { limitRules } from "./limits.ts";
import { loginRules } from "./login.ts";
import { dropRules, networkWarnings, reachRules } from "./network.ts";
import { betweenRules } from "./network-path.ts";
import { frozenRules, nginxRules, nginxWarnings, workerRules } from "./nginx.ts";
import { manyOldWorkers } from "./old-workers.ts";
import { proxyProtocolRules } from "./proxy-protocol.ts";
import { refusalRules } from "./refusal.ts";
import { backendGone, nginxGone } from "./removed-files.ts";
import { renewalRules, renewalWarnings } from "./renewal.ts";
import type { Rule } from "./rule.ts";
import { serviceRules, serviceWarnings } from "./services.ts";
import { someSilent } from "./silent-process.ts";
import { siteRules } from "./site.ts";
import { siteWarnings } from "./site-text.ts";
import { releaseTakenBack } from "./taken-back.ts";

/**
 * Every fault that is known, causes before what follows from them: the first that is found is the verdict. A client
 * that stops somewhere is the last to be asked, since it sees what broke and not why.
 */
export const rules: readonly Rule[] = [
  ...reachRules, // Does the name lead to a host that is there?
  ...hostRules, // A full disk or a wrong clock breaks whatever runs on it.
  ...portRules, // Is it an address that was ever served?
  ...firewallRules, // Are clients let in?
  ...keyRules, // A key of another certificate keeps nginx from starting.
  ...nginxGone, // Without its main file it refuses everything.
  ...nginxRules, // Does it run?
  ...dropRules, // It listens: does a packet get there?
  ...workerRules, // Does each worker go on? One that does not keeps nginx from taking anything new over.
  ...proxyProtocolRules, // Does what is before it speak as it expects?
  ...pathRules, // Is it a path that was ever served?
  ...siteRules, // Does it serve what was deployed?
  ...renewalRules, // Is a newer certificate there, and not served?
  ...certificateRules,
  ...limitRules, // Is there room for one more?
  ...frozenRules,
  ...serviceRules, // Does what the backend needs run?
  ...backendGone, // What it would start from: a restart is no remedy then.
  ...backendRules, // Does the backend run, and where it should?
  ...refusalRules, // Does nginx itself refuse?
  ...betweenRules, // Both ends answer: is it the way between them?
  ...flowRules, // Does it do what it should?
  someSilent, // Does each one of several?
  ...[...siteWarnings, ...certificateWarnings, ...renewalWarnings, ...firewallWarnings, ...nginxWarnings],
  ...[
    assumedTls,
    ...networkWarnings,
    ...traceWarnings,
    ...serviceWarnings,
    manyOldWorkers,
    ...hostWarnings,
    ...crashWarnings,
    releaseTakenBack,
    ...loginRules,
  ],
];
