import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { expect, it } from "vitest";

const { asksClients, whyLeft } = createRequire(import.meta.url)("../../templates/pm2/signals.cjs") as {
  asksClients(entry: { pid?: number | undefined }): string;
  whyLeft(asks: string[]): string;
};

/** What is told of a Node process once it runs `code`. */
async function told(code: string): Promise<string> {
  const child = spawn(process.execPath, ["-e", `${code}; console.log("up"); setInterval(() => {}, 1000)`]);
  await once(child.stdout, "data");
  const answer = asksClients(child);
  child.kill();
  return answer;
}

it("tells by the kernel whether a process asks its clients to reconnect", async () => {
  expect(await told('process.on("SIGWINCH", () => {})')).toBe("yes");
  expect(await told("")).toBe("no");
});

it.each([
  [["no", "yes"], "were asked to reconnect, and left"],
  [["no"], "left the old process by themselves: it does not ask its clients to reconnect"],
  [["no", "unknown"], "left the old process; whether it asked them to reconnect is not known"],
])("says of clients that left %j only what is known", (asks, words) => {
  expect(whyLeft(asks)).toBe(words);
});
