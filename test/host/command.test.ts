import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandText } from "../../infra/steps/scripts.ts";
import { sshArguments } from "../../sandbox/host/ssh.ts";
import { startHost, type TestHost } from "../support/host.ts";
import { untilPrints } from "../support/wait.ts";
import { makeCertificate, payloadOf } from "./support/certificates.ts";
import { result } from "./support/served-host.ts";

const command = "sudo geo-system certificate apply";
let host: TestHost;
let input: string;

/** Another run, as far as the lock knows. */
const holdLock = () =>
  host.run(
    `sudo install -d -m 0700 /run/geo-system
     echo 'site apply of someone' | sudo tee /run/geo-system/lock
     sudo systemd-run --quiet --unit=other-run flock /run/geo-system/lock sleep infinity`,
  );
const releaseLock = () => host.run("sudo systemctl stop other-run");
const untilWaiting = () =>
  untilPrints((look) => host.run(look), "pgrep -fc '[f]lock -w 600'", /^1$/, { within: 30_000 });
const undo = () => host.run("sudo geo-system certificate undo");

beforeAll(async () => {
  host = await startHost("command");
  await host.installCommand(commandText());
  input = payloadOf(await makeCertificate());
});
afterAll(() => host?.[Symbol.asyncDispose]()); // none where it could not start

describe.sequential("the command on the host", () => {
  it.each(["", "certificate", "certificate destroy", "nothing apply", "certificate validate"])(
    "says how to use it: geo-system %s",
    async (words) => {
      const said = await host.run(`sudo geo-system ${words} 2>&1; echo "exit $?"`);
      expect(said).toMatch(
        /^usage: geo-system STEP \{apply\|check\|undo\}, STEP one of: packages firewall .*\nexit 2$/,
      );
    },
  );

  it("wants to be root", async () => {
    expect(await host.fails("geo-system certificate check")).toContain(
      "run it as root: sudo geo-system certificate check",
    );
  });

  it("ignores options that it does not know", async () => {
    expect(result(await host.run(`${command} --script 1a2b3c4d --later thing`, { input }))).toBe("applied");
    await undo();
  });

  it("refuses a payload that broke off on its way", async () => {
    const half = input.slice(0, input.indexOf("-----END CERTIFICATE"));
    expect(await host.fails(command, { input: half })).toContain(
      "the payload broke off before its last line",
    );
    await host.fails("ls /etc/geo-system");
  });

  it("says which command failed where no guard expected it, and goes on after the repair", async () => {
    await host.run("sudo touch /etc/geo-system");
    expect(await host.fails(command, { input })).toMatch(
      /geo-system certificate: a command failed \(exit 1, line \d+ of \/usr\/local\/sbin\/geo-system, in certificate_apply\): install -d/,
    );
    await host.run("sudo rm /etc/geo-system");
    expect(result(await host.run(command, { input }))).toBe("applied");
    await undo();
  });

  it("lets two runs happen one after the other, and tells the second of the first", async () => {
    await holdLock();
    const said = host.run(command, { input });
    await untilWaiting();
    await releaseLock();
    expect(await said).toMatch(/^waiting for another run: site apply of someone\n.*applied$/s);
    await undo();
  });

  it("brings a step to its end when the connection is lost", async () => {
    await holdLock();
    const client = execa("ssh", [...sshArguments(host.info), command], { input, reject: false });
    await untilWaiting();
    client.kill("SIGKILL");
    await client;
    await releaseLock();
    await untilPrints((look) => host.run(look), "sudo geo-system certificate check || true", /^unchanged$/m);
    await undo();
  });
});
