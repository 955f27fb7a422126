import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { patiently } from "../../../../operate/comment/api.ts";
import { type Forge, keepComment, keepIssue } from "../../../../operate/comment/forge.ts";
import { gitHub } from "../../../../operate/comment/github.ts";
import { gitLab } from "../../../../operate/comment/gitlab.ts";
import { marker } from "../../../../operate/preview/summary.ts";
import { GitHubStandIn } from "./support/github.ts";
import { GitLabStandIn } from "./support/gitlab.ts";

const body = (text: string, stack = "prod") => `${marker(stack)}\n### ${text}\n`;

const services = [
  {
    name: "GitHub",
    start: () => new GitHubStandIn().start(),
    forge: ({ url }: { url: string }): Forge =>
      gitHub({ url, repository: "me/shop", token: "t0ken", author: "github-actions[bot]" }),
  },
  {
    name: "GitLab",
    start: () => new GitLabStandIn().start(),
    forge: ({ url }: { url: string }): Forge => gitLab({ url, project: "12", token: "t0ken" }),
  },
];

describe.each(services)("at $name", ({ name, start, forge: open }) => {
  let service: GitHubStandIn | GitLabStandIn;
  let forge: Forge;
  beforeEach(async () => {
    service = await start();
    forge = open(service);
  });
  afterEach(() => service[Symbol.asyncDispose]());

  const theirs = { id: 1, body: body("copied by somebody"), author: "7" };
  const bodies = () => service.comments.map((comment) => comment.body);

  it("a comment is made once, updated in place, and left alone where nothing changed", async () => {
    expect(await keepComment(forge, 7, body("one"))).toBe("created");
    expect(await keepComment(forge, 7, body("two"))).toBe("updated");
    service.comments = service.comments.map((one) => ({
      ...one,
      body: one.body.replaceAll("\n", "\r\n").trimEnd(),
    }));
    expect(await keepComment(forge, 7, body("two"))).toBe("unchanged");
    expect(service.comments).toHaveLength(1);
    expect(service.writes).toHaveLength(2);
  });

  it("each stack has a comment of its own, and what others wrote stays, whatever it says", async () => {
    service.comments = [theirs];
    await keepComment(forge, 7, body("p", "prod"));
    await keepComment(forge, 7, body("s", "staging"));
    await keepComment(forge, 7, body("p2", "prod"));
    expect(bodies()).toEqual([theirs.body, body("p2", "prod"), body("s", "staging")]);
  });

  it("its own comment is found on whatever page it stands", async () => {
    await keepComment(forge, 7, body("one"));
    const talk = Array.from({ length: 250 }, (_, id) => ({ id, body: "talk", author: "7" }));
    service.comments = [...talk, ...service.comments];
    expect(await keepComment(forge, 7, body("two"))).toBe("updated");
    expect(
      service.requests.filter(({ method, path }) => method === "GET" && /comments|notes/.test(path)).length,
    ).toBe(4);
  });

  it("drift opens one issue, keeps it up to date, and closes it", async () => {
    const issue = { title: "Drift", body: body("drift"), clean: false };
    service.issues = [{ ...theirs, state: "open" }];
    if (name === "GitHub")
      service.issues.push({ id: 2, body: body("x"), author: service.me, pullRequest: true, state: "open" });
    const before = service.issues.length;
    expect(await keepIssue(forge, issue)).toBe("created");
    expect(await keepIssue(forge, issue)).toBe("unchanged");
    expect(await keepIssue(forge, { ...issue, body: body("more drift") })).toBe("updated");
    expect(await keepIssue(forge, { ...issue, body: body("no change"), clean: true })).toBe("closed");
    expect(await keepIssue(forge, { ...issue, body: body("no change"), clean: true })).toBe("unchanged");
    expect(service.issues.slice(before)).toMatchObject([
      { title: "Drift", body: body("no change"), state: "closed" },
    ]);
    expect(await keepIssue(forge, issue)).toBe("created");
    expect(service.issues[0]).toMatchObject({ body: theirs.body, state: "open" });
  });

  it("a service in trouble is asked again, from the first look on: a comment is never made twice", async () => {
    service.troubles.push({ status: 502, body: "<html>Bad gateway</html>" });
    expect(await patiently(() => keepComment(forge, 7, body("one")), 1)).toBe("created");
    service.comments = [];
    const looks = name === "GitHub" ? 1 : 2;
    const requests = service.requests.length;
    const trouble = { status: 504, afterwards: true };
    const lost = setTroubleAfter(service, requests + looks, trouble);
    expect(await patiently(() => keepComment(forge, 7, body("one")), 1)).toBe("unchanged");
    lost();
    expect(bodies()).toEqual([body("one")]);
  });

  it.each([
    [
      "its own trouble",
      { status: 503, body: "" },
      /answered 503 to GET .*\n {2}next: it is Git(Hub|Lab)'s own trouble/,
    ],
    [
      "a token that is none",
      { status: 401, body: '{"message":"Bad credentials"}' },
      /answered 401 to GET \S+: Bad credentials\n {2}next: give a token that is valid/,
    ],
    [
      "a token that may not",
      { status: 403, body: '{"message":"Resource not accessible"}' },
      /answered 403 .*Resource not accessible\n {2}next: the token must/,
    ],
    [
      "a request of something else",
      { status: 404, body: '{"message":"Not Found"}' },
      /answered 404 .*Not Found\n {2}next: the token must/,
    ],
    [
      "a limit that lasts",
      { status: 429, headers: { "retry-after": "900" }, body: "{}" },
      /answered 429 .*\n {2}next: too many requests; start the job again in 900 s/,
    ],
    [
      "a list that is none",
      { status: 200, body: '{"a":1}' },
      /expected a list, found object|expected number/,
    ],
  ])("%s is told, with what to do", async (_, trouble, expected) => {
    service.troubles.push(...Array.from({ length: 4 }, () => trouble));
    await expect(patiently(() => keepComment(forge, 7, body("one")), 1)).rejects.toThrow(expected);
    expect(service.comments).toEqual([]);
  });

  it("a short limit is waited for", async () => {
    service.troubles.push({ status: 429, headers: { "retry-after": "0" }, body: "{}" });
    expect(await patiently(() => keepComment(forge, 7, body("one")), 1)).toBe("created");
  });

  it("a summary that is too long, or none, is refused before anything is asked", async () => {
    await expect(keepComment(forge, 7, `${body("x")}${"x".repeat(forge.longest)}`)).rejects.toThrow(
      /expected at most \d+ characters, found \d+/,
    );
    await expect(keepComment(forge, 7, "just text")).rejects.toThrow(/npm run preview -- --markdown/);
    expect(service.requests).toEqual([]);
  });

  it("the token goes in a header, and never to another host", async () => {
    await keepComment(forge, 7, body("one"));
    const sent = name === "GitHub" ? ["authorization", "Bearer t0ken"] : ["private-token", "t0ken"];
    for (const { headers, path } of service.requests) {
      expect(headers[String(sent[0])]).toBe(sent[1]);
      expect(path).not.toContain("t0ken");
    }
    const elsewhere = { status: 200, headers: { link: '<http://127.0.0.2:9/x>; rel="next"' }, body: "[]" };
    if (name === "GitLab") service.troubles.push({ status: 200, body: '{"id":42}' });
    service.troubles.push(elsewhere);
    await expect(keepComment(forge, 7, body("two"))).rejects.toThrow(
      /expected the next page at .*found http:\/\/127.0.0.2:9/,
    );
  });
});

it("GitHub's rate limit is told with the time until it ends", async () => {
  await using service = await new GitHubStandIn().start();
  const forge = gitHub({ url: service.url, repository: "me/shop", token: "t", author: "me" });
  const reset = String(Math.ceil(Date.now() / 1000) + 600);
  service.troubles.push({
    status: 403,
    headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset },
    body: '{"message":"API rate limit exceeded"}',
  });
  await expect(patiently(() => keepComment(forge, 7, body("one")), 1)).rejects.toThrow(
    /API rate limit exceeded\n {2}next: too many requests; start the job again in (59\d|60[01]) s/,
  );
});

it("a service that cannot be reached is named", async () => {
  const service = await new GitHubStandIn().start();
  const { url } = service;
  await service[Symbol.asyncDispose]();
  const forge = gitHub({ url, repository: "me/shop", token: "t", author: "me" });
  await expect(patiently(() => keepComment(forge, 7, body("one")), 1)).rejects.toThrow(
    `GitHub cannot be reached at ${url}`,
  );
});

/** Trouble for the request after so many others. */
function setTroubleAfter(
  service: GitHubStandIn | GitLabStandIn,
  count: number,
  trouble: { status: number; afterwards: boolean },
): () => void {
  const push = service.requests.push.bind(service.requests);
  service.requests.push = (...items) => {
    if (service.requests.length === count) service.troubles.push(trouble);
    return push(...items);
  };
  return () => {
    service.requests.push = push;
  };
}
