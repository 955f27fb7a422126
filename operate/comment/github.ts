import { z } from "zod";
import { type Api, call, list } from "./api.ts";
import type { Forge } from "./forge.ts";

export interface GitHubSettings {
  /** `https://api.github.com`, or that of a server of one's own. */
  url: string;
  /** `owner/name`. */
  repository: string;
  token: string;
  /** The account that the token belongs to; a workflow's own is github-actions[bot]. */
  author: string;
}

const user = z.object({ login: z.string() }).nullable();
const comment = z.object({ id: z.number(), body: z.string().nullish(), user });
const issue = z.object({
  number: z.number(),
  body: z.string().nullish(),
  user,
  pull_request: z.unknown().optional(),
});

/** GitHub's REST API. A pull request is an issue to it, as far as comments go. */
export function gitHub({ url, repository, token, author }: GitHubSettings): Forge {
  const api: Api = {
    name: "GitHub",
    url: `${url}/repos/${repository}`,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${token}`,
      "user-agent": "geo-system",
      "x-github-api-version": "2022-11-28",
    },
    permission:
      `the token must see ${repository} and may write there: ` +
      "permissions: pull-requests: write for a comment, issues: write for an issue",
  };
  const post = (
    id: number,
    { body, user }: { body?: string | null | undefined; user: { login: string } | null },
  ) => ({
    id,
    body: body ?? "",
    mine: user?.login === author,
  });
  const send = async (method: string, path: string, body: object) =>
    void (await call(api, method, path, body));
  return {
    longest: 65_536,
    comments: async (request) =>
      z
        .array(comment)
        .parse(await list(api, `/issues/${request}/comments?per_page=100`))
        .map((one) => post(one.id, one)),
    createComment: (request, body) => send("POST", `/issues/${request}/comments`, { body }),
    updateComment: (_, id, body) => send("PATCH", `/issues/comments/${id}`, { body }),
    openIssues: async () =>
      z
        .array(issue)
        .parse(await list(api, "/issues?state=open&per_page=100"))
        .filter((one) => one.pull_request === undefined)
        .map((one) => post(one.number, one)),
    createIssue: (title, body) => send("POST", "/issues", { title, body }),
    updateIssue: (id, body) => send("PATCH", `/issues/${id}`, { body }),
    closeIssue: (id, body) =>
      send("PATCH", `/issues/${id}`, { body, state: "closed", state_reason: "completed" }),
  };
}
