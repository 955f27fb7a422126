import type { Facts } from "../host/facts.ts";
import { caName } from "../render/acme.ts";
import type { StepPlan } from "./plan.ts";
import type { StepReach } from "./step-reach.ts";

/** What step `acme` does when it runs: it orders a certificate only where the host has none for the names. */
export function acmeReach({ settings }: StepPlan, { acme, certificate }: Facts): StepReach {
  const names = (settings.name ?? []).join(", ");
  const found = acme?.certificate;
  if (!found) {
    const [ca, profile] = [caName(settings.directory?.[0] ?? ""), settings.profile?.[0]];
    const how = profile ? ` (profile ${profile})` : "";
    return {
      reach: "reload",
      text: `orders a certificate for ${names} from ${ca}${how}; one nginx reload, shared with the site's if nginx already answers the CA; connections stay`,
    };
  }
  const until = new Date(found.ends).toISOString().slice(0, 10);
  const covered = `${names} ${settings.name?.length === 1 ? "is" : "are"} covered until ${until}; nothing is ordered`;
  if (certificate?.fingerprint === found.fingerprint) return { reach: "nothing", text: covered };
  return { reach: "reload", text: `${covered}; nginx reload, connections stay` };
}
