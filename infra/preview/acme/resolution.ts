import { isIP } from "node:net";
import { whyNotPublic } from "../../settings/public-names.ts";
import { type Finding, note, refuse } from "./finding.ts";
import { type Dns, isProblem } from "./records.ts";

/** A name of the certificate, and the addresses at which a CA would ask for its challenge. */
export interface Place {
  name: string;
  addresses: string[];
}

/** Where each name leads, and what is wrong with that. */
export interface Resolution {
  places: Place[];
  findings: Finding[];
}

/**
 * Whether every address of every name is the host's.
 *
 * @param own the host's addresses: its own, and the one at which it is dialled
 * @param publicCa whether the CA asks from the Internet, by the public DNS
 */
export async function resolveNames(
  names: readonly string[],
  own: readonly string[],
  publicCa: boolean,
  dns: Dns,
): Promise<Resolution> {
  const all = await Promise.all(names.map((name) => resolveName(name, own, publicCa, dns)));
  return {
    places: all.map(({ place }) => place),
    findings: all.flatMap(({ findings }) => findings),
  };
}

async function resolveName(name: string, own: readonly string[], publicCa: boolean, dns: Dns) {
  const found = isIP(name) ? [name] : await dns.addresses(name);
  if (isProblem(found)) {
    const text = `where ${name} leads is not known: this machine's name server gives no answer (${found.problem})`;
    return { place: { name, addresses: [] }, findings: [note(text)] };
  }
  return { place: { name, addresses: found }, findings: judge(name, found, own, publicCa) };
}

function judge(name: string, found: string[], own: readonly string[], publicCa: boolean): Finding[] {
  if (found.length === 0) {
    const text = `serverName: the DNS has no address for ${name}, so the CA finds nothing to ask`;
    const fix = own.length > 0 ? `; add an A or AAAA record: ${own[0]}` : "";
    // A CA of one's own may ask another name server.
    return [publicCa ? refuse(text + fix) : note(`${text}, as far as this machine's name server knows`)];
  }
  return found.flatMap((address) => {
    const why = publicCa ? whyNotPublic(address) : undefined;
    if (why) return [refuse(`serverName: ${name} leads to ${address}, which no public CA reaches: ${why}`)];
    if (own.includes(address)) return [];
    const [what, all] = [address === name ? name : `${name} leads to ${address}`, own.join(", ")];
    return [
      note(
        `${what}${address === name ? " is" : ", which is"} not known to be this host, which has ${all || "no known address"}: right where a router or a cloud passes it on (NAT), else ${address.includes(":") ? "the AAAA record" : "the A record"} is wrong`,
      ),
    ];
  });
}
