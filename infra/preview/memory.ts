import type { Facts } from "../host/facts.ts";
import type { Expected, Limit } from "./capacity.ts";
import { number } from "./number.ts";

/** kB of one connection, by `npm run load -- --clients 10000`, without and with `--tls`; `backend` is the example. */
const ofConnection = {
  plain: { nginx: 22, kernel: 12, backend: 10 },
  tls: { nginx: 42, kernel: 12, backend: 10 },
};

/** Of the host's memory: what is left to the system, its caches and the processes without clients. */
const forConnections = 0.8;

/** In kB, as facts have KiB. */
const memoryOf = ({ allowed }: Facts) => ((allowed?.memory?.value ?? 0) * 1024 * forConnections) / 1000;

const costs = ({ tls }: Expected) => ofConnection[tls === "off" ? "plain" : "tls"];

/** What nginx and the kernel need is the same for every backend, so it is a limit like any other. */
export function memoryLimit(facts: Facts, settings: Expected): Limit[] {
  const memory = memoryOf(facts);
  const { nginx, kernel } = costs(settings);
  if (memory === 0) return [];
  return [
    {
      holds: Math.floor(memory / (nginx + kernel)),
      what: `memory of the host, ${megabytes(memory / forConnections)}, of which a connection takes ${nginx + kernel} kB in nginx and the kernel`,
      lift: "a host with more memory",
    },
  ];
}

/** What a backend needs is its own affair: with one like the example the host would swap. */
export function memoryNotes(facts: Facts, settings: Expected): string[] {
  const { expectedConnections: expected } = settings;
  const memory = memoryOf(facts);
  const { nginx, kernel, backend } = costs(settings);
  if (expected === undefined || memory === 0 || expected * (nginx + kernel + backend) <= memory) return [];
  const parts = [
    `${nginx} kB in nginx`,
    `${kernel} kB in the kernel`,
    `${backend} kB in a backend like the example`,
  ];
  return [
    `${number(expected)} connections take about ${megabytes(expected * (nginx + kernel + backend))} (each ${parts.join(", ")}), and this host has ${megabytes(memory / forConnections)}: with a backend of that size it swaps before it holds them`,
  ];
}

const megabytes = (kilobytes: number) => `${number(Math.round(kilobytes / 1000))} MB`;
