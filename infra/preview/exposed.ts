import type { Facts } from "../host/facts.ts";

/** Ports that answer from outside though ufw was to keep them closed, by the host's own word: they are not dialled here. */
export function exposedNotes({ exposed = [], firewall }: Facts): string[] {
  const published = exposed.filter(({ how }) => how === "published");
  const open = exposed.filter(({ how }) => how === "open");
  return [
    ...published.map(
      ({ port, by }) =>
        `port ${port} of the host is published past ufw, to ${by}: a container engine's rule of nat is asked before ufw. To keep it on the host, publish it as 127.0.0.1:${port}:PORT`,
    ),
    // Of a host that never had ufw in force the plan of the firewall tells.
    ...(open.length > 0 && firewall && !firewall.active
      ? [
          `ufw is not in force, so ${open.map(({ port, by }) => `port ${port} (${by})`).join(", ")} may answer from outside until it is`,
        ]
      : []),
  ];
}
