import type { SshError } from "../../infra/host/ssh-error.ts";
import type { Target } from "../target/target.ts";
import type { Connected } from "./inside/connected.ts";
import type { Inside } from "./inside/observed.ts";
import type { Outside, PageSeen, PortSeen } from "./outside/observed.ts";

/** All that was seen; the verdict comes from this alone. */
export interface Observations {
  target: Pick<
    Target,
    "host" | "ssh" | "up" | "named" | "urls" | "assumed" | "application" | "site" | "user" | "sshPort" | "off"
  >;
  /** Our own clock when the host was asked for its own, in milliseconds since 1970. */
  askedAt?: number;
  outside: Outside;
  /** Undefined where the host could not be checked from inside. */
  inside?: Inside;
  /** Why the login failed. */
  ssh?: SshFailure;
  /** Why the host could not be looked at, though one could log in. */
  blind?: string;
  /** Packets that reached the host while a silent port was dialled again, by port. Undefined where it was not watched. */
  arrivals?: Map<number, number>;
  /** Who was connected before a client of ours was. Undefined where that could not be seen. */
  connected?: Connected[];
  /** What the ports do from here that may answer from outside though ufw was to keep them closed. */
  exposed?: PortSeen[];
  /** What port 80 answers from here to the standing challenge, where the certificate is by ACME. */
  challenge?: PageSeen;
  /** Whether the backend was restarted while we looked twice. */
  crashed?: boolean;
  /** Whether a process of the backend exited between the first inspection and the last. */
  endedMeanwhile?: boolean;
  /** The usual address with TLS, where none was given and the host serves without it, and what its port did. */
  notServed?: { url: string; ports: PortSeen[] };
  /** Whether the client could go its whole way; without a token that is wanted only the upgrade is proven. */
  hasToken: boolean;
  /** Why nothing could be read of what the last `up` left, a token among it. */
  outputsProblem?: string;
}

export interface SshFailure {
  hop: SshError["hop"] | "unknown";
  cause: string;
  /** What shows it: the keys that were offered, the fingerprints that differ. */
  seen: string[];
  next: string;
}
