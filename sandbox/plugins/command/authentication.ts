import net from "node:net";
import ssh2, { type AnyAuthMethod, type AuthenticationType, type AuthHandlerMiddleware } from "ssh2";
import type { Endpoint } from "./connection.ts";
import { agentError } from "./errors.ts";
import { usablePrivateKey } from "./private-key.ts";

/**
 * The ways to prove who we are, in the order in which they are tried: private key, password (asked for in
 * either way), then the agent; what of these the endpoint has. Throws where a key cannot be read or an agent
 * does not answer: that is an error of the configuration, which no number of attempts cures.
 */
export async function credentials(endpoint: Endpoint): Promise<AnyAuthMethod[]> {
  const { user: username, privateKey, privateKeyPassword, password } = endpoint;
  const methods: AnyAuthMethod[] = [{ type: "none", username }];
  if (privateKey !== undefined) {
    methods.push({ type: "publickey", username, key: usablePrivateKey(privateKey, privateKeyPassword) });
  }
  if (password !== undefined) {
    const prompt = answerAll(password);
    methods.push(
      { type: "password", username, password },
      { type: "keyboard-interactive", username, prompt },
    );
  }
  const agent = endpoint.agentSocketPath ?? process.env.SSH_AUTH_SOCK;
  if (agent) {
    await answers(agent);
    methods.push({ type: "agent", username, agent: ssh2.createAgent(agent) });
  }
  return methods;
}

function answerAll(password: string) {
  return (_name: string, _text: string, _lang: string, prompts: unknown[], finish: (a: string[]) => void) =>
    finish(prompts.map(() => password));
}

function answers(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(path, () => {
      socket.end();
      resolve();
    });
    socket.once("error", (error) => reject(agentError(error, path)));
  });
}

export interface Attempt {
  next: AuthHandlerMiddleware;
  /** What was tried so far, for the error message. */
  attempted: string[];
}

/** Offers the host one after the other of what it allows. */
export function attempt(methods: readonly AnyAuthMethod[]): Attempt {
  const queue = [...methods];
  const attempted: string[] = [];
  const next = (
    left: AuthenticationType[] | null,
    _partial: boolean,
    use: (m: AnyAuthMethod | false) => void,
  ) => {
    let method = queue.shift();
    while (method && left && !left.includes(protocolName(method))) method = queue.shift();
    if (!method) return use(false);
    if (!attempted.includes(protocolName(method))) attempted.push(protocolName(method));
    use(method);
  };
  // The types of ssh2 leave out `false`, which says that there is nothing left to try.
  return { next: next as AuthHandlerMiddleware, attempted };
}

function protocolName({ type }: AnyAuthMethod): AuthenticationType {
  return type === "agent" ? "publickey" : type;
}
