import { open, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { waitFor } from "../../support/wait.ts";
import { type Machine, startMachine } from "./support/machine.ts";
import { bin, plugins } from "./support/places.ts";

/** A network without Pulumi's downloads, and a Go that stops half-way until its pipe is emptied. */
async function closedNetwork(): Promise<Machine> {
  const machine = await startMachine();
  await machine.install("curl-closed", join(machine.bin, "curl"));
  return machine.install("go");
}

const holdBuild = (machine: Machine) => execa("mkfifo", [join(machine.home, "pipe")]);
const buildStarts = (machine: Machine) => waitFor("a build to start", () => machine.has("builds"));

async function letBuildsGo(machine: Machine): Promise<void> {
  const pipe = join(machine.home, "pipe");
  // Opened to read as well, it does not wait for a reader, who may have been killed.
  await using _ = await open(pipe, "r+");
  await rm(pipe);
}

describe("set-up where the downloads cannot be reached and Go is there", { timeout: 60_000 }, () => {
  it("builds both programs once, brings its own plug-ins and leaves no caches", async () => {
    await using machine = await closedNetwork();
    const first = await machine.setup();
    expect(first.stderr).toContain("built from their Go modules");
    expect(first.stderr).toMatch(
      /Plug-in tls \S+: the project's own, because get.pulumi.com cannot be reached/,
    );
    expect(first).toMatchObject({ exitCode: 0, stdout: "" });
    expect((await machine.read("builds")).match(/cmd\/\S+/g)).toEqual([
      "cmd/pulumi-language-nodejs",
      "cmd/pulumi",
    ]);
    expect(machine.has(`${plugins.command}/pulumi-resource-command`)).toBe(true);
    expect(machine.has(".pulumi/geo-system/go")).toBe(false);
    expect(machine.has(".pulumi/geo-system/drafts")).toBe(false);

    expect(await machine.setup()).toMatchObject({ exitCode: 0, stderr: "", stdout: "" });
  });

  it("reads the owner's module cache before it fetches anything", async () => {
    await using machine = await closedNetwork();
    await machine.setup();
    expect(await machine.read("builds")).toContain(
      `from file://${machine.home}/go/pkg/mod/cache/download,https://proxy.test`,
    );
  });

  it.each(["SIGTERM", "SIGKILL"] as const)(
    "leaves nothing whole when %s interrupts it, and goes on",
    async (signal) => {
      await using machine = await closedNetwork();
      await holdBuild(machine);
      const interrupted = machine.setup();
      await buildStarts(machine);
      interrupted.kill(signal);
      // A killed one has no exit code of its own; the other says that it was interrupted.
      expect((await interrupted).exitCode).toBe(signal === "SIGTERM" ? 143 : undefined);
      expect(machine.has(`${bin}/pulumi-language-nodejs`)).toBe(false);

      await letBuildsGo(machine);
      expect(machine.has(`${bin}/pulumi`)).toBe(false);
      expect((await machine.setup()).exitCode).toBe(0);
      expect(machine.has(`${bin}/pulumi`)).toBe(true);
    },
  );

  it("builds once when two set-ups run at the same time; the second says that it waits", async () => {
    await using machine = await closedNetwork();
    await holdBuild(machine);
    const first = machine.setup();
    await buildStarts(machine);
    const second = machine.setup();
    let said = "";
    second.stderr.on("data", (text) => {
      said += text;
    });
    await waitFor("the second to say that it waits", () => said.includes("waiting for it"));
    expect(said).toMatch(
      new RegExp(`Another set-up \\(process ${first.pid} on .*\\) is at work on ${machine.pulumiHome}`),
    );

    await letBuildsGo(machine);
    expect(await Promise.all([first, second])).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }]);
    expect((await machine.read("builds")).trim().split("\n")).toHaveLength(2);
  });

  it("shows what Go said when the build fails, and what else can be done", async () => {
    await using machine = await closedNetwork();
    const { exitCode, stderr } = await machine.setup([], { FAKE_GO_FAILURE: "go: no space left on device" });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("building the language host with Go failed:");
    expect(stderr).toContain("no space left on device");
    expect(stderr).toContain("Do one of these, then run `npm run setup` again:");
    expect(machine.has(`${bin}/pulumi`)).toBe(false);
  });

  it("makes its own plug-in again when it was made from other sources", async () => {
    await using machine = await closedNetwork();
    await machine.setup();
    const marker = `${plugins.tls}/made-by-geo-system.json`;
    const made = await machine.read(marker);
    await writeFile(join(machine.home, marker), '{"sources":"others"}');
    await machine.setup(["--refresh"]);
    expect(await machine.read(marker)).toBe(made);
  });
});
