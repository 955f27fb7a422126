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
const journal = () => host.run("sudo cat /var/log/geo-system/journal");
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

  it("does not wait for ever: it names the run that is at work and how to end it", async () => {
    await host.installCommand(commandText().replace("LOCK_WAIT=600", "LOCK_WAIT=1"));
    await holdLock();
    expect(await host.fails(command, { input })).toContain(
      "another run has been at work for 1 seconds: site apply of someone\n  next: wait for it to end, or end that process",
    );
    await releaseLock();
    await host.installCommand(commandText());
  });

  it("goes on at once after a run that was killed, and writes down that it was", async () => {
    const stuck = "certificate_apply() {\n  read -r _ < /tmp/never";
    await host.run("mkfifo /tmp/never && cat > /tmp/payload", { input });
    await host.installCommand(commandText().replace("certificate_apply() {", stuck));
    await host.run(
      "sudo systemd-run -q --unit killed -p StandardInput=file:/tmp/payload /usr/local/sbin/geo-system certificate apply",
    );
    await untilPrints(
      (look) => host.run(look),
      "sudo cat /var/log/geo-system/journal.running || true",
      /certificate/,
    );
    await host.run("sudo systemctl kill -s KILL killed");
    await host.installCommand(commandText());
    expect(await host.run(command, { input })).not.toContain("waiting");
    await undo();
    expect(await journal()).toMatch(
      /user=root\tclient=-\tstep=certificate\tverb=apply\trelease=-\tresult=interrupted\tseconds=-\n.*result=applied.*\n.*$/,
    );
  });

  it("writes down who did what from where, when, with what result, for root and the group adm alone", async () => {
    await host.run(command, { input });
    await host.run(command, { input });
    await host.run("sudo geo-system certificate check");
    await host.fails(command, { input: input.replace("BEGIN CERTIFICATE", "BEGIN NOTHING") });
    await undo();
    const lines = (await journal()).split("\n").slice(-4);
    const line = (verb: string, end: string) =>
      new RegExp(
        `^time=20\\S+\tuser=ubuntu\tclient=198\\.18\\.\\S+\tstep=certificate\tverb=${verb}\trelease=-\tresult=${end}\tseconds=\\d+\\.\\d$`,
      );
    expect(lines[0]).toMatch(line("apply", "applied"));
    expect(lines[1]).toMatch(line("apply", "unchanged"));
    expect(lines[2]).toMatch(line("apply", "failed"));
    expect(lines[3]).toMatch(line("undo", "applied"));
    expect(await host.run("stat -c '%U:%G %a' /var/log/geo-system /var/log/geo-system/journal || true")).toBe(
      "root:adm 750\nroot:adm 640",
    );
    expect(await host.run("sudo cat /var/log/geo-system/*")).not.toContain("PRIVATE KEY");
  });

  it("keeps the journal short", async () => {
    await host.run("sudo truncate -s 2M /var/log/geo-system/journal");
    await undo();
    expect(
      await host.run(
        "sudo stat -c '%s' /var/log/geo-system/journal.1 && sudo wc -l < /var/log/geo-system/journal || true",
      ),
    ).toMatch(/^2097152\n1$/);
    await host.run("sudo rm /var/log/geo-system/journal.1");
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
