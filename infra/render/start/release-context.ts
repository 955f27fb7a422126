import { Output } from "@pulumi/pulumi";
import type { Settings } from "../../settings/schema.ts";

/** What of package.json matters to how a backend starts. */
export interface Manifest {
  main?: unknown;
  scripts?: Record<string, unknown>;
  dependencies?: Record<string, unknown>;
  devDependencies?: Record<string, unknown>;
  optionalDependencies?: Record<string, unknown>;
  pm2?: unknown;
}

/** What of the settings says how a backend starts. */
export type StartParameters = Partial<
  Pick<Settings, "backendStart" | "backendName" | "backendEnvironment" | "backendPort" | "websocketPath">
> & {
  /** Undefined where the configuration does not say. */
  backendInstances?: number | undefined;
  /** Only its names matter, where they are known already. */
  backendSecretEnvironment?: unknown;
};

/** A release whose start is read. */
export interface ReleaseContext {
  /** The backend's folder on this machine. */
  folder: string;
  manifest: Manifest;
  /** The files of the release, from that folder: after its build. */
  paths: ReadonlySet<string>;
  parameters: StartParameters;
}

/** The environment that this package gives a backend, beside what the operator sets. */
const told = ["NODE_ENV", "HOST", "PORT", "WS_PATH", "HANDOVER_SECONDS", "DATA_DIR"];

/** The variables that have a value on the host and are no secrets. */
export const knownVariables = ({ parameters }: ReleaseContext): ReadonlySet<string> =>
  new Set([...told, ...Object.keys(parameters.backendEnvironment ?? {})]);

/** Whether the names of the secret ones are known already: in a program they may be another resource's output. */
export const secretsAreKnown = ({ backendSecretEnvironment: secrets }: StartParameters): boolean =>
  !Output.isInstance(secrets) && !(secrets instanceof Promise);

/** The names of the secret ones, unless all of that is known only later. */
export const secretNames = (parameters: StartParameters): string[] =>
  secretsAreKnown(parameters) ? Object.keys(parameters.backendSecretEnvironment ?? {}) : [];

/** Whether the configuration sets it. */
export const isSet = (name: string, parameters: StartParameters): boolean =>
  Object.hasOwn(parameters.backendEnvironment ?? {}, name) || secretNames(parameters).includes(name);
