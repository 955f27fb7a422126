/** An application as `applications` calls it; without a name where the host has one by the flat keys. */
export interface Called {
  called?: string | undefined;
}

/**
 * How the configuration calls a key of an application: as it is by the flat keys; in `applications` without `backend`.
 *
 * @example applicationKey({ called: "api" }, "backendPort") // "applications.api.port"
 */
export function applicationKey({ called }: Called, key: string): string {
  if (called === undefined) return key;
  const short = key.replace(/^backend([A-Z])/, (_, first: string) => first.toLowerCase());
  return `applications.${called}.${short}`;
}

/** The command that sets it: `config set --path applications.api.port`. */
export const setKey = (of: Called, key: string): string =>
  `config set ${of.called === undefined ? "" : "--path "}${applicationKey(of, key)}`;
