import { afterAll, beforeAll, expect, it } from "vitest";
import * as sandbox from "../../../sandbox/host/sandbox.ts";
import { TestStack } from "../../support/stack.ts";
import { waitFor } from "../../support/wait.ts";
import { AcmeProxy } from "../support/acme-proxy.ts";
import { askForRenewal } from "../support/acme-renewal-info.ts";
import { putBack, reload, site } from "./support/fault.ts";
import { Patient } from "./support/patient.ts";

/*
 * A host with a certificate by ACME, broken in one way after the other. Each time: what is said of the renewal; then the
 * commands it shows are typed, and there is nothing to say any more.
 */
let stack: TestStack;
let patient: Patient;
let ca: sandbox.SandboxCa;
let proxy: AcmeProxy;

beforeAll(async () => {
  stack = await TestStack.start("diagnose-acme", { ca: true });
  const found = await sandbox.ca(stack.host);
  if (!found) throw new Error("the sandbox has no CA");
  ca = found;
  proxy = await AcmeProxy.start(ca, stack.info().address.replace(/\d+$/, "1"));
  await stack.configure({ acmeDirectory: proxy.directory, acmeCaFile: proxy.trustFile });
  await stack.up();
  patient = await Patient.of(stack.stack.stack, stack.info());
});
afterAll(async () => {
  await patient?.[Symbol.asyncDispose](); // none where it could not start
  await proxy?.[Symbol.asyncDispose]();
  await stack?.[Symbol.asyncDispose]();
});

const acme = "/var/lib/geo-system-acme";
const words = (commands: readonly string[]) =>
  commands.map((command) => command.replaceAll(patient.target.ssh, "HOST"));

/** What is said of the renewal; its fix is typed, and then the host is well. */
async function told(breaks: string, mends: () => Promise<unknown> = async () => {}) {
  await patient.breaks(breaks);
  const { verdict, others, healthy } = await patient.diagnose();
  await mends();
  const finding = [verdict, ...others].find((each) => each?.hop === "renewal");
  await patient.type(finding?.fix ?? []);
  const isWell = async () => expect((await patient.diagnose()).verdict).toBeUndefined();
  await waitFor("the host to be well again", isWell, { within: 30_000 });
  return { healthy, cause: finding?.cause, fix: words(finding?.fix ?? []) };
}

it("has nothing to say of a host that renews its certificate", async () => {
  const { verdict, hops } = await patient.diagnose();
  expect(verdict).toBeUndefined();
  expect(hops).toContainEqual({
    name: "renewal",
    status: "ok",
    detail: expect.stringMatching(/^by ACME, due/),
  });
});

it("finds the timer off", async () => {
  const units = ["enable geo-system-acme.service", "enable --now geo-system-acme.timer"];
  expect(await told("systemctl disable -q --now geo-system-acme.timer")).toEqual({
    healthy: true,
    cause: "the certificate will not be renewed: geo-system-acme.timer is not running",
    fix: units.map((unit) => `HOST sudo systemctl ${unit}`),
  });
});

it("finds the account gone", async () => {
  expect(await told(`rm -rf ${acme}/accounts/*/config/accounts`)).toEqual({
    healthy: true,
    cause: "the account at the CA is gone from the host: its key is missing",
    fix: ["HOST sudo geo-system acme renew"],
  });
});

it("finds challenges that a line in the site takes", async () => {
  const edit = `sed -i 's|alias /var/lib/geo-system-acme/webroot/;|return 403;|' ${site} && ${reload}`;
  const { cause, fix } = await told(edit);
  expect(cause).toMatch(/^this host's nginx does not answer challenges: 403 where 200 is right/);
  expect(fix[0]).toBe(putBack[0]);
});

it("finds a certificate that nginx has not read", async () => {
  const link = "/etc/geo-system/certificate";
  const swap = `new=$(readlink ${link})
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=old -keyout /tmp/key.pem -out /tmp/old.pem 2> /dev/null
install -d /tmp/old && install -m 600 /tmp/key.pem /tmp/old/privkey.pem && install /tmp/old.pem /tmp/old/fullchain.pem
ln -sfT /tmp/old ${link} && ${reload}
until openssl s_client -connect 127.0.0.1:443 < /dev/null 2> /dev/null | openssl x509 -noout -subject | grep -q old; do sleep 0.1; done
ln -sfT "$new" ${link}`;
  expect(await told(swap)).toEqual({
    healthy: false,
    cause: "the certificate on the host's disk is newer than the one that is served: nginx has not read it",
    fix: ['HOST "sudo nginx -t && sudo systemctl reload nginx"'],
  });
});

it("leaves out a longer one that the host would not use either: its CA has not issued it", async () => {
  const folder = "$(ls -d /var/lib/geo-system-acme/accounts/*)/certificates/foreign";
  await patient.breaks(`mkdir ${folder} && cp /etc/geo-system/certificate/privkey.pem ${folder}/ && echo shortlived > ${folder}/profile
openssl req -x509 -key ${folder}/privkey.pem -days 90 -subj /CN=foreign -addext subjectAltName=IP:${stack.info().address} -out ${folder}/fullchain.pem`);
  const { verdict, others } = await patient.diagnose();
  await patient.breaks(`rm -r ${folder}`);
  expect([verdict, others]).toEqual([undefined, []]);
});

it("finds a renewal that fails, since port 80 is closed to the CA, in the CA's own words", async () => {
  await askForRenewal(ca, (command) => stack.on(command));
  const rule = `INPUT -s ${new URL(ca.directory).hostname} -p tcp --dport 80 -j DROP`;
  const { healthy, cause, fix } = await told(
    `iptables -I ${rule}; ! geo-system acme renew > /dev/null 2>&1`,
    () => patient.breaks(`iptables -D ${rule}`),
  );
  expect(healthy).toBe(true);
  expect(cause).toMatch(/^the certificate could not be renewed since .*: connection: .*a firewall drops it/s);
  expect(fix).toEqual([
    "HOST sudo ufw allow 80/tcp comment geo-system",
    "# in the cloud's console: let TCP 80 in from everywhere",
    "HOST sudo geo-system acme renew",
  ]);
});

it.each([
  ["caa", "CAA record for geo.example prevents issuance", /allows other CAs only/, /let CAA allow this CA/],
  [
    "unauthorized",
    "203.0.113.9: Invalid response from http://geo.example/.well-known/acme-challenge/x: 404",
    /an old A or AAAA record/,
    /A and AAAA must lead to this host alone/,
  ],
])(
  "finds a renewal that the CA refuses by %s, which Pebble does not judge as Let's Encrypt does",
  async (type, detail, means, next) => {
    await askForRenewal(ca, (command) => stack.on(command));
    const problem = { type: `urn:ietf:params:acme:error:${type}`, detail };
    proxy.refusal = { status: 403, headers: {}, problem };
    const { healthy, cause, fix } = await told("! geo-system acme renew > /dev/null 2>&1", async () => {
      proxy.refusal = undefined;
    });
    expect(healthy).toBe(true);
    expect(cause).toContain(detail);
    expect(cause).toMatch(means);
    expect(fix).toEqual([expect.stringMatching(next), "HOST sudo geo-system acme renew"]);
  },
);
