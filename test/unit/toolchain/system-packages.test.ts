import { describe, expect, it } from "vitest";
import {
  canInstall,
  ensureSystemPackages,
  type Machine,
} from "../../../sandbox/toolchain/system-packages.ts";

function machine(differs: Partial<Machine> & { commands?: string[] } = {}) {
  const apt: string[] = [];
  const said: string[] = [];
  const there = new Set(differs.commands);
  const made: Machine = {
    platform: "linux",
    isRoot: true,
    distribution: ["debian"],
    has: (command) => there.has(command),
    apt: async (args) => {
      apt.push(args.join(" "));
    },
    say: (line) => said.push(line),
    ...differs,
  };
  return { made, apt, said };
}

const sandbox = ["debootstrap", "systemd-container"];
const refusal = (differs: Partial<Machine>) =>
  ensureSystemPackages(sandbox, "the sandbox host", machine(differs).made);

describe("system packages", () => {
  it("are left alone where their commands are there, whoever runs this", async () => {
    const { made, apt, said } = machine({ commands: ["debootstrap", "systemd-nspawn"], isRoot: false });
    await ensureSystemPackages(sandbox, "the sandbox host", made);
    expect([apt, said]).toEqual([[], []]);
  });

  it("are installed by apt as root on Debian: what is missing, in one go, after one line", async () => {
    const { made, apt, said } = machine({ commands: ["debootstrap"] });
    await ensureSystemPackages([...sandbox, "shellcheck"], "the sandbox host", made);
    expect(apt).toEqual(["update", "install --yes --no-install-recommends systemd-container shellcheck"]);
    expect(said).toEqual(["Installing systemd-container, shellcheck by apt, for the sandbox host."]);
  });

  it("go by the name that Ubuntu gives them", async () => {
    const { made, apt } = machine({ distribution: ["ubuntu", "debian"] });
    await ensureSystemPackages(["chromium"], "the browser test", made);
    expect(apt.at(-1)).toMatch(/ chromium-browser$/);
  });

  it("are there when another program does the same", async () => {
    const { made, apt } = machine({ commands: ["google-chrome"] });
    await ensureSystemPackages(["chromium"], "the browser test", made);
    expect(apt).toEqual([]);
  });

  it("are refused to anyone but root, with the one command that installs them", async () => {
    await expect(refusal({ isRoot: false })).rejects.toThrow(
      "Missing for the sandbox host: debootstrap, systemd-container.\n" +
        "Install them: sudo apt-get install --yes --no-install-recommends debootstrap systemd-container\n" +
        "A host of your own works as well: npx pulumi config set host <address>",
    );
  });

  it("are refused on other systems, which are named", async () => {
    await expect(refusal({ distribution: ["fedora"] })).rejects.toThrow("here is fedora");
    await expect(refusal({ platform: "darwin", distribution: [] })).rejects.toThrow("here is darwin");
    expect(canInstall(machine({ platform: "darwin" }).made)).toBe(false);
  });
});
