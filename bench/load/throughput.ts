import { Crowd } from "./crowd.ts";
import type { LoadHost } from "./host.ts";
import { byStock, startStock } from "./stock.ts";
import { type Figures, halfAndMost } from "./table.ts";

const clients = 100;
const seconds = 10;
const rounds = 3;

/**
 * Messages that clients on the host itself send as fast as they are answered: straight to the backend, by our site, and
 * by that of the users' guide. In turn, since the machine is not always as quick; the best of each counts.
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
  const best = new Map<string, { rate: number; figures: Figures }>();
  for (let round = 1; round <= rounds; round++)
    for (const [name, url] of Object.entries(urls)) {
      console.error(`round ${round} of ${rounds}: ${name} …`);
      const now = await measure(ways, { url, count: clients, ca });
      if (now.rate > (best.get(name)?.rate ?? 0)) best.set(name, now);
    }
  return new Map([...best].map(([name, { figures }]) => [name, figures]));
}

async function measure(...[ways, crew]: Parameters<typeof Crowd.connect>) {
  using crowd = await Crowd.connect(ways, crew, 1);
  const alone = await crowd.echo(100);
  const { messages, times } = await crowd.rate(seconds);
  return {
    rate: messages / seconds,
    figures: {
      "messages a second": Math.round(messages / seconds),
      [`answer, ${clients} clients at once, p50 / p99`]: halfAndMost(times),
      "answer, 20 clients, p50 / p99": halfAndMost(alone),
    },
  };
}
