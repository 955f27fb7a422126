import { request } from "node:http";
import { standingChallenge } from "../../render/acme.ts";
import { type Finding, note, refuse } from "./finding.ts";
import type { Place } from "./resolution.ts";

/** What came back from port 80. */
export type Port80 =
  | { state: "answer"; status: number; server: string }
  | { state: "refused" | "silent" | "no route" };

export type AskPort80 = (name: string, address: string) => Promise<Port80>;

/** What the host tells of its own port 80. */
export interface OwnPort80 {
  /** The processes that listen. */
  listeners: readonly string[];
  /** What it answers to the standing challenge as deployed; undefined where no `tls: acme` is deployed. */
  standing: number | undefined;
  /** Whether ufw still has to open the port, which an `up` does before it orders. */
  closed: boolean;
}

/** Asks as the CA will, for the standing challenge. Redirections are not followed. */
export const askPort80: AskPort80 = (name, address) =>
  new Promise((resolve) => {
    const options = { host: address, port: 80, path: standingChallenge, timeout: 3_000, agent: false };
    const headers = { host: name.includes(":") ? `[${name}]` : name, "user-agent": "geo-system" };
    const asked = request({ ...options, headers }, (response) => {
      const { statusCode: status = 0, headers: told } = response;
      resolve({ state: "answer", status, server: String(told.server ?? "") });
      asked.destroy();
    });
    asked.once("timeout", () => {
      resolve({ state: "silent" });
      asked.destroy();
    });
    asked.once("error", ({ code }: NodeJS.ErrnoException) => resolve({ state: stateOf(code) }));
    asked.end();
  });

function stateOf(code: string | undefined): "refused" | "silent" | "no route" {
  if (code === "ECONNREFUSED" || code === "ECONNRESET") return "refused";
  return code === "ENETUNREACH" || code === "EHOSTUNREACH" || code === "EADDRNOTAVAIL"
    ? "no route"
    : "silent";
}

/** Whether port 80 of every address is reached from here, and answered by this host. */
export async function checkPort80(
  places: readonly Place[],
  own: OwnPort80,
  ask: AskPort80,
): Promise<Finding[]> {
  const pairs = places.flatMap(({ name, addresses }) => addresses.map((address) => ({ name, address })));
  const answers = await Promise.all(pairs.map(({ name, address }) => ask(name, address)));
  return answers.flatMap((answer, i) => judgePort80(whereOf(pairs[i]), answer, own));
}

const whereOf = (pair: { name: string; address: string } | undefined) =>
  pair?.name === pair?.address ? `port 80 of ${pair?.name}` : `port 80 of ${pair?.name} (${pair?.address})`;

function judgePort80(where: string, answer: Port80, own: OwnPort80): Finding[] {
  const listening = own.listeners.length > 0;
  switch (answer.state) {
    case "answer":
      return judgeAnswer(where, answer, own);
    case "no route":
      return [note(`${where} is not known: this machine has no way there (IPv6?), and the CA may have one`)];
    case "refused":
      return listening
        ? [
            note(
              `${where} refuses connections from here, while nginx listens on the host: another machine, or a firewall in between; the CA asks there`,
            ),
          ]
        : [];
    case "silent":
      return own.closed
        ? []
        : [
            note(
              `${where} is silent from here: a firewall in front of the host, such as the cloud's security group, drops it; let TCP 80 in from everywhere, since the CA asks from several places in the world`,
            ),
          ];
  }
}

function judgeAnswer(
  where: string,
  { status, server }: Extract<Port80, { state: "answer" }>,
  { listeners, standing }: OwnPort80,
): Finding[] {
  const answer = `HTTP ${status}${server ? ` (Server: ${server})` : ""}`;
  const barred = status === 403 || status === 451;
  if (listeners.length === 0)
    return [
      refuse(
        `${where} answers ${answer}, and nothing listens on port 80 of this host: ${barred ? filing : elsewhere}`,
      ),
    ];
  if (status === standing) return [];
  const nginx = /^nginx\b/i.test(server);
  if (barred && !nginx)
    return [refuse(`${where} answers ${answer} in place of this host's nginx: ${filing}`)];
  if (!nginx && listeners.every((name) => name.startsWith("nginx")))
    return [
      note(
        `${where} answers ${answer}, and on the host nginx listens: a proxy or a CDN in between, or another machine; it must pass /.well-known/acme-challenge/ on`,
      ),
    ];
  // It may be this host's own, whose site was changed by hand: the `up` repairs that before it orders.
  if (standing && barred)
    return [
      note(
        `${where} answers ${answer} to a challenge, where this host's nginx as deployed says ${standing}: ${filing}`,
      ),
    ];
  if (standing)
    return [
      note(
        `${where} answers ${answer} to a challenge, where this host's nginx says ${standing}: another machine, or a proxy in between`,
      ),
    ];
  return [];
}

const filing =
  "the CA would be given that page too. A provider answers so for a name without a filing (ICP, 备案), as in mainland China, and some firewalls do; make the filing, or order for the address (remove serverName)";
const elsewhere =
  "another machine, or a proxy, answers in its place; let the A and AAAA records lead to this host, and nothing in between answer";
