import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { withAgent } from "../../infra/host/agent.ts";
import { EarlierVersion, hasVersion } from "../support/earlier-version.ts";
import { Prober } from "../support/prober.ts";
import { TestStack } from "../support/stack.ts";

/*
 * A host and a state that an earlier version made, before `applications` were known, go on with this one. The version is
 * taken from git; in a shallow clone, which has no such commit, the stories are left out (git fetch --unshallow).
 */
const earlier = "c3d0f16da6616af351906c26e8966bd634b00277";

describe.skipIf(!(await hasVersion(earlier)))("a host of an earlier version", () => {
  let stack: TestStack;
  let bare: string;
  let before: string[];

  beforeAll(async () => {
    stack = await TestStack.start("upgrade");
    bare = await traces();
    await using version = await EarlierVersion.unpack(earlier, join(stack.files, "earlier version"));
    await withAgent(stack.stack.keyPaths, async () => {
      const env = { ...stack.stack.environment, NODE_OPTIONS: "", SSH_AUTH_SOCK: process.env.SSH_AUTH_SOCK };
      await version.pulumi(stack.stack.stack, env, "up", "--yes", "--skip-preview");
    });
    before = await urns();
  });
  afterAll(() => stack?.[Symbol.asyncDispose]());

  it("is upgraded in place: no resource is replaced or deleted, no client is refused or cut", async () => {
    const { testUrl = "", caCertificate = "" } = await stack.outputs();
    const held = new WebSocket(testUrl);
    let closed: number | undefined;
    await new Promise((resolve, reject) => held.once("open", resolve).once("error", reject));
    held.once("close", (code) => {
      closed = code;
    });
    const workers = await stack.on("pgrep -u www-data nginx; pm2 pid geo-backend");
    await using prober = new Prober(testUrl, 50, { ca: caCertificate });

    const { steps } = JSON.parse(await stack.must("preview", "--json", "--suppress-progress")) as {
      steps: { op: string; urn: string }[];
    };
    expect(steps.filter(({ op }) => !["same", "update", "create"].includes(op))).toEqual([]);
    expect(await stack.must("preview")).not.toContain("was edited on the host");
    const said = await stack.up();
    expect(said).not.toMatch(/\b(replaced|deleted)\b/);

    const { made, failures } = await prober.stop();
    expect(failures).toEqual([]);
    expect(made).toBeGreaterThan(20);
    expect(closed).toBeUndefined();
    expect(await stack.on("pgrep -u www-data nginx; pm2 pid geo-backend")).toBe(workers);
    held.terminate();
  });

  it("keeps every resource by its name, and has nothing to do afterwards", async () => {
    expect(await urns()).toEqual(expect.arrayContaining(before));
    await stack.must("preview", "--expect-no-changes");
  });

  it("gives up its place to a release of today, and is given back as it was before the earlier version", async () => {
    await stack.configure({ backendEnvironment: { LATER: "1" } });
    await stack.up();
    await stack.must("destroy", "--yes", "--skip-preview");
    expect(await traces()).toBe(bare);
  });

  async function urns(): Promise<string[]> {
    const { deployment } = JSON.parse(await stack.must("stack", "export")) as {
      deployment: { resources: { urn: string; type: string }[] };
    };
    return deployment.resources.filter(({ type }) => !type.startsWith("pulumi:")).map(({ urn }) => urn);
  }

  /** What is left on the host beside packages, which stay, and what users wrote. */
  const traces = () =>
    stack.on(
      "ls -d /etc/geo-system /var/lib/geo-system /usr/local/*/geo-system /etc/systemd/system/*geo* /etc/logrotate.d/geo* 2> /dev/null; ls /etc/nginx/sites-enabled 2> /dev/null | grep geo; sudo ufw status 2> /dev/null | grep -v inactive; true",
    );
});
