import { type Finding, note, refuse } from "./finding.ts";
import { type Caa, type Dns, isProblem } from "./records.ts";

/** Tags that a CA knows and that allow or forbid nothing here; an unknown one that is critical forbids everything. */
const known = ["issue", "issuewild", "issuemail", "issuevmc", "iodef", "contactemail", "contactphone"];

/**
 * Whether the CAA records of a name, or of the nearest domain above it that has any (RFC 8659), let a CA issue by http-01.
 *
 * @param identities by which the CA is called there: `letsencrypt.org`; empty where they are not known
 */
export async function checkCaa(name: string, identities: readonly string[], dns: Dns): Promise<Finding[]> {
  const labels = name.replace(/\.$/, "").split(".");
  const domains = labels.map((_, i) => labels.slice(i).join("."));
  const answers = await Promise.all(domains.map((domain) => dns.caa(domain)));
  for (const [i, answer] of answers.entries()) {
    const domain = domains[i] ?? name;
    if (isProblem(answer))
      return [
        note(
          `whether CAA records allow the CA for ${name} is not known: no answer for ${domain} (${answer.problem})`,
        ),
      ];
    if (answer.length > 0) return judge(name, domain, answer, identities);
  }
  return [];
}

function judge(name: string, domain: string, records: Caa[], identities: readonly string[]): Finding[] {
  const strange = records.find(({ critical, tag }) => critical && !known.includes(tag));
  if (strange)
    return [
      refuse(
        `serverName: a CAA record of ${domain} has the critical tag "${strange.tag}", which CAs refuse when they do not know it, so none may certify ${name}; remove the record or its critical flag`,
      ),
    ];
  const issuers = records.filter(({ tag }) => tag === "issue").map(({ value }) => issuerOf(value));
  if (issuers.length === 0) return []; // CAA of other things than certificates for plain names
  const found = issuers.map(({ ca }) => ca || "no CA").join(", ");
  if (identities.length === 0)
    return [
      note(`CAA records of ${domain} allow ${found}; whether that is the CA of acmeDirectory is not known`),
    ];
  const own = issuers.filter(({ ca }) => identities.includes(ca));
  if (own.length === 0)
    return [
      refuse(
        `serverName: CAA records of ${domain} allow ${found}, and not ${identities[0]}, so the CA would refuse ${name}; add the record: ${domain} CAA 0 issue "${identities[0]}"`,
      ),
    ];
  if (own.every(({ methods }) => methods !== undefined && !methods.includes("http-01")))
    return [
      refuse(
        `serverName: a CAA record of ${domain} allows ${identities[0]} by ${own[0]?.methods?.join(", ")} only, and this package proves ${name} by http-01; add http-01 to its validationmethods`,
      ),
    ];
  // The account is made on the host: which one it is only the host knows.
  return own.every(({ account }) => account)
    ? [note(`a CAA record of ${domain} allows one account of ${identities[0]} only: ${own[0]?.account}`)]
    : [];
}

/** `letsencrypt.org; validationmethods=http-01; accounturi=https://…`. */
function issuerOf(value: string): { ca: string; methods?: string[]; account?: string } {
  const [ca = "", ...parameters] = value.split(";").map((part) => part.trim());
  const parameter = (key: string) =>
    parameters.map((part) => part.split(/\s*=\s*(.*)/s)).find(([tag]) => tag?.toLowerCase() === key)?.[1];
  const [methods, account] = [parameter("validationmethods"), parameter("accounturi")];
  return {
    ca: ca.toLowerCase(),
    ...(methods !== undefined && { methods: methods.split(",").map((method) => method.trim()) }),
    ...(account && { account }),
  };
}
