import { instancePorts, isSticky } from "./instances.ts";
import type { Settings } from "./schema.ts";

type Some = Partial<Settings>;

interface Wanted {
  key: string;
  port: number;
  /** What was expected there: `a free port`, `free ports 3000, 3002 for 2 sticky instances`. */
  expected: string;
}

/** The ports that something else on the host already needs, and sets of ports that overlap. */
export function portConflicts(settings: Some): string[] {
  const taken = new Map<number, string>([[80, "HTTP"]]);
  if (settings.tls !== "off") taken.set(443, "HTTPS");
  const found = new Map<string, string>(); // one problem a key: the first one
  for (const { key, port, expected } of wanted(settings)) {
    const owner = port > 65_535 ? "past 65535" : taken.get(port);
    if (owner && !found.has(key))
      found.set(
        key,
        `${key}: expected ${expected}, found ${port}, which is ${owner.startsWith("past") ? owner : `for ${owner}`}`,
      );
    if (!owner) taken.set(port, key === "port" ? "SSH (key port)" : `the backend (key ${key})`);
  }
  return [...found.values()];
}

function wanted(settings: Some): Wanted[] {
  const { port } = settings;
  return [
    ...(port === undefined ? [] : [{ key: "port", port, expected: "a free port" }]),
    ...(["backendPort", "backendStandbyPort"] as const).flatMap((key) => backendPorts(key, settings)),
  ];
}

function backendPorts(key: "backendPort" | "backendStandbyPort", settings: Some): Wanted[] {
  const first = settings[key];
  if (first === undefined) return [];
  const { backendInstances = 1, sticky, handshake } = settings;
  if (backendInstances === 1 || !isSticky({ sticky, handshake }))
    return [{ key, port: first, expected: "a free port" }];
  const ports = instancePorts(first, backendInstances);
  const expected = `free ports ${ports.join(", ")} for ${backendInstances} sticky instances`;
  return ports.map((port) => ({ key, port, expected }));
}
