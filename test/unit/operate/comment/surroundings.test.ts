import { expect, it } from "vitest";
import { forgeOf, requestOf } from "../../../../operate/comment/surroundings.ts";

const gitHubJob = { GITHUB_REPOSITORY: "me/shop", GITHUB_TOKEN: "t", GITHUB_REF: "refs/pull/12/merge" };
const gitLabJob = {
  GITLAB_CI: "true",
  CI_API_V4_URL: "https://gitlab.example/api/v4",
  CI_PROJECT_ID: "3",
  GITLAB_TOKEN: "t",
};

it("a job says which service it runs at", () => {
  expect(forgeOf(gitHubJob, "me").longest).toBe(65_536);
  expect(forgeOf(gitLabJob, "me").longest).toBe(1_000_000);
});

it.each([
  ["GITHUB_TOKEN", { GITHUB_REPOSITORY: "me/shop" }],
  ["GITHUB_REPOSITORY", {}],
  ["GITLAB_TOKEN", { ...gitLabJob, GITLAB_TOKEN: "" }],
])("a job without %s is told so", (name, environment) => {
  expect(() => forgeOf(environment, "me")).toThrow(
    `expected the environment variable ${name}, found none; next:`,
  );
});

it("a job says which pull request it is for", () => {
  expect(requestOf(gitHubJob)).toBe(12);
  expect(requestOf({ ...gitLabJob, CI_MERGE_REQUEST_IID: "5" })).toBe(5);
  expect(requestOf({ GITHUB_REF: "refs/heads/main" })).toBeUndefined();
});
