/** What is known of a hop beforehand. */
interface HopKind {
  /** Part of what `--json` promises. */
  name: string;
  /** Whether it can be seen without a login. */
  outside?: true;
  /** Whether a client stops there because of what broke elsewhere: it is then a consequence, and no news. */
  way?: true;
  /** Whether only a client with a token gets there. */
  token?: true;
  /** What fails because this one did. */
  breaks?: readonly string[];
}

/** The hops in the order of the table. */
export const hopKinds = [
  { name: "name", outside: true },
  { name: "tcp", outside: true, way: true },
  { name: "firewall" },
  { name: "tls", outside: true, way: true },
  { name: "certificate", outside: true, breaks: ["nginx"] },
  { name: "renewal", breaks: ["certificate"] },
  { name: "nginx" },
  { name: "site" },
  { name: "page", outside: true },
  { name: "upgrade", outside: true, way: true },
  { name: "protocol", outside: true, way: true, token: true },
  { name: "token", outside: true, way: true, token: true },
  { name: "wrong token", outside: true, token: true },
  { name: "heartbeat", outside: true, way: true, token: true },
  { name: "sync", outside: true, way: true, token: true },
  { name: "log", token: true },
  { name: "nginx on loopback" },
  { name: "backend on loopback" },
  { name: "pm2" },
  { name: "services", breaks: ["pm2", "backend on loopback"] },
  { name: "limits", breaks: ["backend on loopback"] },
  { name: "clock", breaks: ["certificate"] },
  { name: "disk", breaks: ["pm2", "backend on loopback"] },
  { name: "memory" },
  { name: "units" },
  { name: "boot" },
  { name: "ssh" },
] as const satisfies readonly HopKind[];

export type HopName = (typeof hopKinds)[number]["name"];

/** What is known of that hop. */
export function kindOf(name: HopName): HopKind {
  const kinds: readonly HopKind[] = hopKinds;
  return kinds.find((kind) => kind.name === name) ?? { name };
}
