import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { template } from "../../infra/package-root.ts";
import { commandText } from "../../infra/render/scripts.ts";
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
  untilPrints((look) => host.run(look), "pgrep -fc '[f]lock -w 60'", /^1$/, { within: 30_000 });
const journal = () => host.run("sudo cat /var/log/geo-system/journal");
const undo = (words = "") => host.run(`sudo geo-system certificate undo ${words}`);

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

  it("ends with its reason where a command fails within a redirection", async () => {
    const broken = `certificate_apply() {\n  certificate_broken > "$PAYLOAD/list"\n}\ncertificate_broken() { false; }\nunused() {`;
    await host.installCommand(commandText().replace("certificate_apply() {", broken));
    expect(await host.fails(command, { input })).toMatch(/a command failed \(exit 1, .*\): false/);
    await host.installCommand(commandText());
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

  it("refuses a second run at once: it names the first, and says what to do", async () => {
    await holdLock();
    const said = await host.fails(command, { input });
    expect(said).toContain(
      "another run is at work on this host, so this one was refused and changed nothing: site apply of someone\n  next: wait until that one has ended, or let this one wait: --wait; where it hangs, end that process",
    );
    await host.fails("ls /etc/geo-system");
    await releaseLock();
  });

  it.each([
    ["that was told to wait", "--wait 60"],
    ["that is a step of an `up`", "--for acme/geo/prod/geo"],
  ])("lets a second run %s go through after the first, and tells it of that one", async (_, words) => {
    await holdLock();
    const said = host.run(`${command} ${words}`, { input });
    await untilWaiting();
    await releaseLock();
    expect(await said).toMatch(/^waiting for another run: site apply of someone\n.*applied$/s);
    await undo(words);
  });

  it("does not wait for ever", async () => {
    await holdLock();
    expect(await host.fails(`${command} --wait 1`, { input })).toContain(
      "another run has been at work for 1 seconds: site apply of someone\n  next: wait until it has ended; where it hangs, end that process",
    );
    expect(await host.fails(`${command} --wait soon`, { input })).toContain(
      "--wait: expected seconds from 0 to 9999, found 'soon'",
    );
    await releaseLock();
  });

  it("inspects the host during another run, since reading disturbs no one", async () => {
    await holdLock();
    expect(await host.fails("sudo geo-system certificate check")).toContain("never applied on this host");
    await releaseLock();
  });

  it("mends as the one who asks, alone and written down: what `diagnose --fix` runs", async () => {
    const mend = "sudo geo-system command mend --wait 0 --";
    expect(await host.run(`${mend} sh -c 'whoami; echo $HOME'`)).toBe(
      "ubuntu\n/home/ubuntu\nran sh -c whoami; echo $HOME\napplied",
    );
    expect(await host.fails(`${mend} false`)).toContain("'false' did not end well");
    await holdLock();
    expect(await host.fails(`${mend} touch mended`)).toContain("another run is at work on this host");
    await releaseLock();
    await host.fails("ls mended");
    expect(await journal()).toMatch(/user=ubuntu\t.*step=command\tverb=mend\trelease=-\tresult=applied/);
  });

  it("belongs to one stack: another one is refused by name, and undoes nothing", async () => {
    await host.run(`${command} --for acme/geo/prod/geo`, { input });
    const said = await host.fails(`${command} --for acme/geo/test/geo`, { input });
    expect(said).toContain("this host belongs to acme/geo/prod/geo, and not to acme/geo/test/geo\n  next: ");
    expect(said).toContain("to take it over: sudo rm /var/lib/geo-system/owner");
    expect(await undo("--for acme/geo/test/geo")).toContain(
      "what was applied for acme/geo/test/geo is not undone",
    );
    expect(result(await host.run("sudo geo-system certificate check"))).toBe("unchanged");
    await host.run("sudo rm /var/lib/geo-system/owner");
    expect(result(await host.run(`${command} --for acme/geo/test/geo`, { input }))).toBe("unchanged");
    expect(await undo("--for acme/geo/prod/geo")).toContain("now belongs to acme/geo/test/geo");
    await undo("--for acme/geo/test/geo");
    await host.run("sudo rm /var/lib/geo-system/owner");
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
    expect(result(await host.run(command, { input }))).toBe("applied");
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
    const client = execa("ssh", [...sshArguments(host.info), `${command} --wait 60`], {
      input,
      reject: false,
    });
    await untilWaiting();
    client.kill("SIGKILL");
    await client;
    await releaseLock();
    await untilPrints((look) => host.run(look), "sudo geo-system certificate check || true", /^unchanged$/m);
    await undo();
  });
});

it("the lock of an `up` whose connection was lost without a word is free again after 15 s of silence", async () => {
  await host.run("cat > /tmp/up-hold.sh", { input: template("scripts/up-hold.sh") });
  // What sends the script keeps its end open, and says nothing more.
  await host.run(
    `sudo systemd-run --quiet --unit=silent-up sh -c '{ cat /tmp/up-hold.sh; sleep infinity; } | bash -s -- me'`,
  );
  const look = (line: string) => host.run(line);
  await untilPrints(look, "sudo cat /run/geo-system/up 2> /dev/null || true", /^me$/m);
  const free = "sudo flock -n /run/geo-system/up echo free || true";
  expect(await look(free)).toBe("");
  await untilPrints(look, free, /^free$/m, { within: 30_000 });
  await host.run("sudo systemctl stop silent-up");
});
