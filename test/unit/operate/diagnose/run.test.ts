import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Observations } from "../../../../operate/diagnose/observations.ts";
import { run, runAll } from "../../../../operate/diagnose/run.ts";
import type { Target } from "../../../../operate/target/target.ts";
import { failing, healthy, inside } from "./support/healthy.ts";

const host = vi.hoisted(() => ({ code: 0, ran: [] as string[], looks: [] as unknown[] }));
vi.mock("../../../../operate/diagnose/observe.ts", () => ({ observe: async () => host.looks.shift() }));
vi.mock("../../../../infra/host/ssh.ts", () => ({
  connect: async () => ({
    exec: async (command: string) => {
      host.ran.push(command);
      return { code: command.startsWith("test ") ? 1 : host.code, stdout: "", stderr: "no such process" };
    },
    [Symbol.asyncDispose]: async () => {},
  }),
}));

const target = {
  ...healthy.target,
  client: Promise.resolve({}),
  connection: async () => ({}),
  withKeys: (work: () => Promise<unknown>) => work(),
} as unknown as Target;
const broken: Observations = {
  ...healthy,
  outside: failing({ hop: "tcp", cause: "refused", seen: { url: "ws://x/ws", code: "ECONNREFUSED" } }),
  inside: { ...inside, units: inside.units.map((unit) => ({ ...unit, active: "inactive" })) },
};
const said = { stdout: "", stderr: "" };
const options = { fix: true, yes: true, wait: 0, timeoutMs: 1000 };

beforeEach(() => {
  Object.assign(said, { stdout: "", stderr: "" });
  Object.assign(host, { code: 0, ran: [], looks: [broken, healthy] });
  const take = (stream: keyof typeof said) => (text: string) => {
    said[stream] += `${text}\n`;
  };
  vi.spyOn(console, "log").mockImplementation(take("stdout"));
  vi.spyOn(console, "error").mockImplementation(take("stderr"));
});
afterEach(() => vi.restoreAllMocks());

test("--json --fix prints one object, the last diagnosis, and what is done beside it", async () => {
  expect(await run(target, { ...options, json: true })).toBe(0);
  expect(JSON.parse(said.stdout)).toMatchObject({ healthy: true, verdict: null });
  expect(said.stderr).toContain("To be done on the host:\n  sudo systemctl start nginx\n");
  expect(host.ran.at(-1)).toBe("sudo systemctl start nginx");
});

test("--json prints it as well where the mending failed", async () => {
  host.code = 5;
  await expect(run(target, { ...options, json: true })).rejects.toThrow("ended with 5: no such process");
  expect(JSON.parse(said.stdout)).toMatchObject({ healthy: false, verdict: { hop: "nginx" } });
});

test("a person sees both tables", async () => {
  await run(target, options);
  expect(said.stdout).toMatch(/Broken at.* nginx.*Healthy\./s);
});

test("what it does not dare is said", async () => {
  host.looks = [{ ...broken, inside: { ...inside, nginx: { ...inside.nginx, present: false } } }];
  expect(await run(target, { ...options, json: true })).toBe(1);
  expect(said.stderr).toBe("\n--fix does not dare to do that: type it yourself.\n");
});

test("each application of a host is diagnosed, under its name, and the worst counts", async () => {
  const both = ["api", "chat"].map((applicationName) => ({ ...target, applicationName }));
  const looking = { ...options, fix: false };
  expect(await runAll(both, looking)).toBe(1);
  expect(said.stdout).toMatch(/^Application api:\n.*\nApplication chat:\n/s);

  Object.assign(said, { stdout: "" });
  Object.assign(host, { looks: [broken, healthy] });
  expect(await runAll(both, { ...looking, json: true })).toBe(1);
  expect(JSON.parse(said.stdout)).toMatchObject([
    { application: "api", healthy: false },
    { application: "chat", healthy: true },
  ]);
});
