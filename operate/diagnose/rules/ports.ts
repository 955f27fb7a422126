import type { PortSeen } from "../outside/observed.ts";

export const shown = ({ address, port, state }: PortSeen) => `${address} port ${port}: ${state}`;
export const portNumbers = (ports: readonly PortSeen[]) => [...new Set(ports.map(({ port }) => port))];
export const portList = (ports: readonly number[]) =>
  `${ports.length === 1 ? "port" : "ports"} ${ports.join(" and ")}`;
