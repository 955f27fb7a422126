import net from "node:net";
import ssh2, { type AnyAuthMethod, type AuthenticationType } from "ssh2";
import type { Endpoint } from "./connection.ts";
import { agentError } from "./errors.ts";
import { usablePrivateKey } from "./private-key.ts";

/** The ways to prove who we are, in the order in which they are tried. */
export interface Methods {
  next: (left: AuthenticationType[] | null, partial: boolean | null, use: Use) => void;
  /** What was tried so far, for the error message. */
  attempted: string[];
}

type Use = (method: AnyAuthMethod | false) => void;

/** Private key, password (asked for in either way), then the agent: what of these the endpoint has. */
export async function authentication(endpoint: Endpoint): Promise<Methods> {
  const queue: AnyAuthMethod[] = [{ type: "none", username: endpoint.user }];
  queue.push(...secrets(endpoint), ...(await agent(endpoint)));
  const attempted: string[] = [];
  const next = (left: AuthenticationType[] | null, _partial: boolean | null, use: Use) => {
    const method = queue.shift();
    if (method === undefined) return use(false);
    const kind = method.type === "agent" ? "publickey" : method.type;
    if (left && !left.includes(kind as AuthenticationType)) return next(left, _partial, use);
    if (!attempted.includes(kind)) attempted.push(kind);
    use(method);
  };
  return { next, attempted };
}

function secrets({ user: username, privateKey, privateKeyPassword, password }: Endpoint): AnyAuthMethod[] {
  const methods: AnyAuthMethod[] = [];
  if (privateKey !== undefined) {
    methods.push({ type: "publickey", username, key: usablePrivateKey(privateKey, privateKeyPassword) });
  }
  if (password !== undefined) {
    methods.push({ type: "password", username, password });
    const prompt = (_n: string, _i: string, _l: string, prompts: unknown[], finish: (a: string[]) => void) =>
      finish(prompts.map(() => password));
    methods.push({ type: "keyboard-interactive", username, prompt });
  }
  return methods;
}

async function agent({ user: username, agentSocketPath }: Endpoint): Promise<AnyAuthMethod[]> {
  const path = agentSocketPath ?? process.env.SSH_AUTH_SOCK;
  if (!path) return [];
  await answers(path);
  return [{ type: "agent", username, agent: ssh2.createAgent(path) }];
}

// An agent that is not there is an error of the configuration: no number of attempts cures it.
function answers(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(path, () => {
      socket.end();
      resolve();
    });
    socket.once("error", (error) => reject(agentError(error, path)));
  });
}
