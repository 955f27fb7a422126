import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../infra/package-root.ts";
import { sitePayload } from "../../infra/render/site.ts";
import { validate } from "../../infra/settings/validate.ts";

const scripts = join(packageRoot, "templates/scripts");

/** What `asked` prints, with the functions of these scripts. */
async function answer(asked: string, input = ""): Promise<string> {
  const read = ["backend-names", "site-upstream"].map((name) => `. "${scripts}/${name}.sh"`).join("; ");
  const run = `set -euo pipefail; say() { printf '%s\\n' "$*"; }; STATE=/var/lib/geo-system; ${read}; ${asked}`;
  return (await execa("bash", ["-c", run], { input })).stdout;
}

const names = (step: string) =>
  answer(
    `backend_names ${step}; for name in STATE BEFORE APPLIED CURRENT HANDSHAKE; do name=BACKEND_$name; say "\${!name}"; done; ` +
      'printf "%s\\n" "$HANDOVER" "$HANDOVER_TIMER" "$TAKEN" "$UPSTREAM" "$UPSTREAM_BACKEND" "$(backend_key port)"',
  ).then((text) => text.split("\n"));

describe("what belongs to one application", () => {
  it("is where it always was for the one without a name", async () => {
    expect(await names("backend")).toEqual([
      "/var/lib/geo-system/backend",
      "/var/lib/geo-system/before/backend",
      "/var/lib/geo-system/applied/backend",
      "/var/lib/geo-system/backend/current",
      "/usr/local/lib/geo-system/handshake.json",
      "/var/lib/geo-system/backend/handover",
      "geo-system-backend",
      "/var/lib/geo-system/before/backend/taken",
      "/etc/nginx/geo-system/upstream.conf",
      "geo_system_backend",
      "backendPort",
    ]);
  });

  it("is called by the key that was written, also in what a program of the host says", async () => {
    const said = (step: string) =>
      answer(
        `backend_names ${step}; backend_in_words "it is on 3001; set backendPort to that (websocketPath)"; backend_taken_key`,
      );
    expect(await said("backend")).toBe(
      "it is on 3001; set backendPort to that (websocketPath)\ntakeOver.data",
    );
    expect(await said("backend-chat")).toBe(
      "it is on 3001; set applications.chat.port to that (routes)\napplications.chat.takeOver.data",
    );
  });

  it("has its name everywhere for each other one, and no timer of one is meant by that of another", async () => {
    const chat = await names("backend-chat");
    expect(chat).toEqual([
      "/var/lib/geo-system/backend-chat",
      "/var/lib/geo-system/before/backend-chat",
      "/var/lib/geo-system/applied/backend-chat",
      "/var/lib/geo-system/backend-chat/current",
      "/usr/local/lib/geo-system/handshake-chat.json",
      "/var/lib/geo-system/backend-chat/handover",
      "geo-system-backend-chat:",
      "/var/lib/geo-system/before/backend-chat/taken",
      "/etc/nginx/geo-system/chat/upstream.conf",
      "geo_system_backend_chat",
      "applications.chat.port",
    ]);
    const timer = `geo-system-backend-chat:-123-456.timer`;
    const [, , , , , , own] = await names("backend");
    expect(await answer(`if [[ ${timer} = ${own}-[0-9]*.timer ]]; then say meant; else say apart; fi`)).toBe(
      "apart",
    );
  });
});

it("the host reads from a site which applications it leads to, by the names that the program gives them", async () => {
  const one = { source: join(packageRoot, "examples/geo-backend"), handshakeToken: "t" };
  const steps = (settings: Parameters<typeof sitePayload>[0]) =>
    answer("upstream_steps <(cat)", sitePayload(settings, "203.0.113.7")).then((text) => text.split("\n"));
  const flat = validate({ host: "203.0.113.7", handshakeToken: "t" });
  expect(await steps(flat)).toEqual(["backend"]);
  const applications = { backend: { ...one, port: 3000 }, "chat-2": { ...one, port: 3100 } };
  const to = (application: string) => ({ websocket: true, application });
  const routes = { "/ws": to("backend"), "/chat": to("chat-2") };
  const several = validate({ host: "203.0.113.7", applications, routes });
  expect(await steps(several)).toEqual(["backend", "backend-chat-2"]);
  const site = sitePayload(several, "203.0.113.7");
  expect(site).toContain("upstream geo_system_backend_chat-2 {");
  const ports = "backend_names backend-chat-2; upstream_ports <(cat) b";
  expect(await answer(ports, site)).toBe("3101");
});
