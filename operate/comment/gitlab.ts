import { z } from "zod";
import { type Api, call, list } from "./api.ts";
import type { Forge } from "./forge.ts";

export interface GitLabSettings {
  /** `https://gitlab.com/api/v4`, or that of a server of one's own. */
  url: string;
  /** The project's number. */
  project: string;
  /** A project access token of scope api: a job's own token may not write comments. */
  token: string;
}

const account = z.object({ id: z.number() });
const note = z.object({ id: z.number(), body: z.string(), author: account });
const issue = z.object({ iid: z.number(), description: z.string().nullish(), author: account });

/** GitLab's REST API, where a pull request is a merge request and a comment is a note. */
export function gitLab({ url, project, token }: GitLabSettings): Forge {
  const api: Api = {
    name: "GitLab",
    url,
    headers: { "private-token": token, "user-agent": "geo-system" },
    permission: "the token must be one of this project, with the scope api and the role Reporter or higher",
  };
  const base = `/projects/${encodeURIComponent(project)}`;
  const self = async () => account.parse(await call(api, "GET", "/user")).id;
  const send = async (method: string, path: string, body: object) =>
    void (await call(api, method, `${base}${path}`, body));
  return {
    longest: 1_000_000,
    async comments(request) {
      const me = await self();
      const path = `${base}/merge_requests/${request}/notes?sort=asc&order_by=created_at&per_page=100`;
      const notes = z.array(note).parse(await list(api, path));
      return notes.map(({ id, body, author }) => ({ id, body, mine: author.id === me }));
    },
    createComment: (request, body) => send("POST", `/merge_requests/${request}/notes`, { body }),
    updateComment: (request, id, body) => send("PUT", `/merge_requests/${request}/notes/${id}`, { body }),
    async openIssues() {
      const me = await self();
      const issues = z
        .array(issue)
        .parse(await list(api, `${base}/issues?state=opened&author_id=${me}&per_page=100`));
      return issues.map(({ iid, description, author }) => ({
        id: iid,
        body: description ?? "",
        mine: author.id === me,
      }));
    },
    createIssue: (title, body) => send("POST", "/issues", { title, description: body }),
    updateIssue: (id, body) => send("PUT", `/issues/${id}`, { description: body }),
    closeIssue: (id, body) => send("PUT", `/issues/${id}`, { description: body, state_event: "close" }),
  };
}
