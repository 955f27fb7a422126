import type { Forge } from "./forge.ts";
import { gitHub } from "./github.ts";
import { gitLab } from "./gitlab.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The service that this job runs at, by the variables that it sets.
 *
 * @throws with the variables that are missing
 */
export function forgeOf(environment: Environment, author: string): Forge {
  if (environment.GITLAB_CI)
    return gitLab({
      url: needed(environment, "CI_API_V4_URL"),
      project: needed(environment, "CI_PROJECT_ID"),
      token: needed(environment, "GITLAB_TOKEN", "a project access token of scope api, as a masked variable"),
    });
  return gitHub({
    url: environment.GITHUB_API_URL || "https://api.github.com",
    repository: needed(environment, "GITHUB_REPOSITORY", "owner/name"),
    token: needed(environment, "GITHUB_TOKEN", "in a workflow: env: GITHUB_TOKEN: ${{ github.token }}"),
    author,
  });
}

function needed(
  environment: Environment,
  name: string,
  hint = "which a job of GitHub or GitLab has",
): string {
  const value = environment[name];
  if (!value) throw new Error(`expected the environment variable ${name}, found none; next: set it, ${hint}`);
  return value;
}

/** The pull request that this job is for; undefined where it is for none. */
export function requestOf({ GITHUB_REF, CI_MERGE_REQUEST_IID }: Environment): number | undefined {
  const number = /^refs\/pull\/(\d+)\//.exec(GITHUB_REF ?? "")?.[1] ?? CI_MERGE_REQUEST_IID;
  return number ? Number(number) : undefined;
}
