import type { GrownHost } from "./host.ts";

/** What makes a host larger, and back again. */
export interface Growth {
  name: string;
  /** Does the work while the host is that large. */
  during(host: GrownHost, work: () => Promise<void>): Promise<void>;
}

/** The most clients of any. */
export const mostClients = 20_000;

export const growths: readonly Growth[] = [
  { name: "as it is", during: (_, work) => work() },
  onHost("300 other nginx sites", "sites", 300),
  onHost("50 other pm2 applications", "applications", 50),
  onHost("100 releases kept", "releases", 100),
  onHost("a journal of a year", "journal", 50_000),
  { name: "a release of 30,000 files", during: (host, work) => host.withFiles(30_000, work) },
  clients(10_000),
  clients(mostClients),
];

function onHost(name: string, what: string, count: number): Growth {
  return {
    name,
    async during(host, work) {
      await host.grow(what, count);
      await work();
      await host.grow(what, 0);
    },
  };
}

function clients(count: number): Growth {
  const name = `${count.toLocaleString("en")} live connections`;
  return { name, during: (host, work) => host.underClients(count, work) };
}
