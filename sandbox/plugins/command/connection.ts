import { isProperties, type Properties, reveal } from "../protocol/values.ts";

/** How to reach one host by SSH, as the program gave it, defaults filled in. */
export interface Endpoint {
  host: string;
  port: number;
  user: string;
  password?: string;
  privateKey?: string;
  privateKeyPassword?: string;
  /** Socket of the SSH agent; else `SSH_AUTH_SOCK`. */
  agentSocketPath?: string;
  /** The public key the host must show, as in known_hosts: `ssh-ed25519 AAAA…`. Without it any key will do. */
  hostKey?: string;
  /** Further attempts after a first one that failed; -1: without end. */
  dialErrorLimit: number;
  /** Seconds for one attempt; 0: without end. */
  perDialTimeout: number;
}

export interface Connection extends Endpoint {
  proxy?: Endpoint;
}

export function readConnection(state: Properties): Connection {
  const connection = reveal(state.connection ?? null);
  if (!isProperties(connection)) throw new Error("connection: expected an object with a host");
  const proxy = connection.proxy ?? null;
  return { ...endpoint(connection), ...(isProperties(proxy) && { proxy: endpoint(proxy) }) };
}

function endpoint(given: Properties): Endpoint {
  const text = (name: string) => (typeof given[name] === "string" ? { [name]: given[name] } : {});
  const number = (name: string, missing: number) => {
    const value = given[name];
    return typeof value === "number" ? value : missing;
  };
  return {
    host: String(given.host ?? ""),
    user: String(given.user ?? "root"),
    port: number("port", 22),
    dialErrorLimit: number("dialErrorLimit", 10),
    perDialTimeout: number("perDialTimeout", 15),
    ...text("password"),
    ...text("privateKey"),
    ...text("privateKeyPassword"),
    ...text("agentSocketPath"),
    ...text("hostKey"),
  };
}
