import { delimiter } from "node:path";

/**
 * What of the operator's environment a build sees: where programs and the home are, its language, and how the network
 * is reached. Tokens, passwords of Pulumi or of a cloud, and the SSH agent stay out.
 */
const inherited =
  /^(PATH|HOME|USER|LOGNAME|SHELL|TMPDIR|TZ|LANG|LC_\w+|XDG_CACHE_HOME|https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|npm_config_(registry|cafile|userconfig|globalconfig|cache|nodedir))$/i;

/**
 * The environment of an install or a build. `NODE_ENV` is left out: with `production` package managers drop the
 * development dependencies, which a build needs.
 *
 * @param manager the package manager's name
 * @param programs folders that come first in the PATH
 * @param variables that the repository's own configuration of its package manager names, such as `NPM_TOKEN`
 */
export function buildEnvironment(
  manager: string,
  programs: string[],
  variables: string[] = [],
): Record<string, string> {
  const taken = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && (inherited.test(name) || variables.includes(name)),
  ) as [string, string][];
  const path = [...programs, process.env.PATH ?? ""].filter(Boolean).join(delimiter);
  return {
    ...Object.fromEntries(taken),
    PATH: path,
    CI: "true", // no questions, no colours, no watching
    HUSKY: "0",
    NO_UPDATE_NOTIFIER: "1",
    YARN_ENABLE_TELEMETRY: "0",
    YARN_IGNORE_PATH: "1",
    // npm warns of it as a setting that it does not know.
    ...(manager === "pnpm" && { npm_config_manage_package_manager_versions: "false" }),
    npm_config_audit: "false",
    npm_config_fund: "false",
    npm_config_update_notifier: "false",
  };
}

/** The variables that a text such as .npmrc refers to: `//registry/:_authToken=${NPM_TOKEN}`. */
export const variablesIn = (text: string): string[] =>
  [...text.matchAll(/\$\{(\w+)[-:?}]/g)].flatMap(([, name]) => name ?? []);
