import { median } from "../statistics.ts";
import { Crowd } from "./crowd.ts";
import type { LoadHost } from "./host.ts";
import { byStock, startStock } from "./stock.ts";
import { type Figures, halfAndMost } from "./table.ts";

const clients = 100;
const seconds = 3;
/** Every other one backwards, so that none always comes after the same one. */
const rounds = 10;

/**
 * Messages that clients on the host itself send as fast as they are answered: straight to the backend, by our site, and
 * by that of the users' guide. In turn, since the machine is not always as quick; the median of the rounds counts.
 */
export async function throughput(host: LoadHost): Promise<Map<string, Figures>> {
  await startStock(host);
  const ways = [host.inside()];
  const { caCertificate: ca } = await host.outputs();
  const secure = `wss://${host.info.address}/ws`;
  const urls = {
    direct: "ws://127.0.0.1:3000/ws",
    "this site": "ws://127.0.0.1/ws",
    "the guide's site": byStock("ws://127.0.0.1/ws"),
    "this site, TLS": secure,
    "the guide's site, TLS": byStock(secure),
  };
  const seen = new Map(Object.keys(urls).map((name) => [name, [] as Round[]]));
  for (let round = 1; round <= rounds; round++)
    for (const [name, url] of round % 2 ? Object.entries(urls) : Object.entries(urls).reverse()) {
      console.error(`round ${round} of ${rounds}: ${name} …`);
      seen.get(name)?.push(await measure(ways, { url, count: clients, ca }));
    }
  const direct = median((seen.get("direct") ?? []).map(({ rate }) => rate));
  return new Map([...seen].map(([name, all]) => [name, figuresOf(all, direct)]));
}

interface Round {
  rate: number;
  /** Milliseconds of answers while all clients send, and while 20 of them do. */
  busy: number[];
  calm: number[];
}

async function measure(...[ways, crew]: Parameters<typeof Crowd.connect>): Promise<Round> {
  using crowd = await Crowd.connect(ways, crew, 1);
  const calm = await crowd.echo(100);
  const { messages, times } = await crowd.rate(seconds);
  return { rate: messages / seconds, busy: times, calm };
}

function figuresOf(rounds: readonly Round[], direct: number): Figures {
  const rate = median(rounds.map((round) => round.rate));
  return {
    "messages a second": Math.round(rate),
    "the slowest and the quickest round": ends(rounds.map((round) => round.rate)),
    "of a direct connection": `${Math.round((100 * rate) / direct)} %`,
    [`answer, ${clients} clients at once, p50 / p99`]: halfAndMost(rounds.flatMap(({ busy }) => busy)),
    "answer, 20 clients, p50 / p99": halfAndMost(rounds.flatMap(({ calm }) => calm)),
  };
}

const ends = (rates: readonly number[]) =>
  [Math.min(...rates), Math.max(...rates)].map((rate) => Math.round(rate)).join(" – ");
