import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as sandbox from "../../sandbox/host/sandbox.ts";
import { randomNumbers } from "../support/random.ts";
import { TestStack } from "../support/stack.ts";

/*
 * Somebody changes the host by hand: the preview names what and when, the next `up` repairs it, and the preview after
 * that is clean.
 */
const site = "/etc/nginx/sites-available/geo-system";
const certificate = "/etc/geo-system/certificate";
const ecosystem = "/srv/geo-backend/ecosystem.config.cjs";
const secrets = "/srv/geo-backend/secret.env";
const unit = "/etc/systemd/system/pm2-ubuntu.service";
const logrotate = "/etc/logrotate.d/geo-backend";
const command = "/usr/local/sbin/geo-system";

/** By what somebody does to the host: the reasons that the preview gives. */
const changes: Record<string, [string, RegExp][]> = {
  edits: [
    [
      `sudo sed -i 's/86400s/60s/' ${site}`,
      /geo-system was edited on the host at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/,
    ],
    [`echo '// later' | sudo tee -a ${ecosystem}`, /ecosystem\.config\.cjs was edited on the host at/],
    [
      "echo '// later' | sudo tee -a /srv/geo-backend/current/src/server.ts",
      /releases\/[0-9a-f]+\/src\/server\.ts is not as it was installed/,
    ],
    [`echo '# later' | sudo tee -a ${unit}`, /pm2-ubuntu\.service was edited on the host at/],
    [
      `echo LATER=1 | sudo tee -a ${secrets}`,
      /secret\.env was edited on the host \(it is secret, so no text is shown\)/,
    ],
    [`echo '# later' | sudo tee -a ${command}`, /sbin\/geo-system was edited on the host/],
    [
      `openssl ecparam -name prime256v1 -genkey -noout | sudo tee ${certificate}/privkey.pem`,
      /privkey\.pem: it is not the key of the first certificate/,
    ],
    ["sudo ufw default allow incoming", /ufw's default for incoming is allow, expected deny/],
    ["pm2 stop geo-backend", /geo-backend is stopped/],
    [
      "sudo sed -i 's/worker_connections [0-9]*;.*/worker_connections 99;/' /etc/nginx/nginx.conf",
      /nginx\.conf allows fewer connections, or lacks the end of old workers/,
    ],
  ],
  deletions: [
    [`sudo rm ${site}`, /sites-available\/geo-system was deleted on the host/],
    [`sudo rm ${logrotate}`, /logrotate\.d\/geo-backend was deleted on the host/],
    [`sudo rm ${secrets}`, /secret\.env was deleted on the host/],
    [`sudo rm -f ${command}`, /sbin\/geo-system was deleted on the host/],
    [`sudo rm ${certificate}/fullchain.pem`, /fullchain\.pem is missing/],
    ["sudo ufw delete allow 443/tcp", /rule 443\/tcp is missing in ufw/],
    ["pm2 kill", /pm2 of ubuntu does not run/],
    ["sudo rm /usr/local/bin/pm2", /\/usr\/local\/bin\/pm2 does not lead to/],
    ["sudo systemctl disable -q nginx", /nginx does not start at boot/],
    ["sudo systemctl disable -q pm2-ubuntu", /pm2-ubuntu\.service does not start at boot/],
  ],
  "owners and modes": [
    [`sudo chown ubuntu ${site}`, /geo-system is ubuntu:root 0644 on the host, expected root:root 0644/],
    [`sudo chmod 0666 ${ecosystem}`, /ecosystem\.config\.cjs is root:root 0666 on the host/],
    [
      `sudo chmod 0644 $(sudo readlink -f ${secrets})`,
      /secret\.env is ubuntu:ubuntu 0644 on the host, expected ubuntu:ubuntu 0600/,
    ],
    [`sudo chmod 0777 ${command}`, /sbin\/geo-system is root:root 0777 on the host, expected root:root 0755/],
    [`sudo chmod 0644 ${certificate}/privkey.pem`, /privkey\.pem is root:root 644, expected root:root 600/],
  ],
};

describe("a host that was changed by hand", () => {
  let stack: TestStack;
  const on = (line: string) => stack.on(line);

  beforeAll(async () => {
    stack = await TestStack.start("drift");
    await stack.up();
  });
  afterAll(async () => stack?.[Symbol.asyncDispose]());

  it.each(Object.entries(changes))("%s are found, explained, repaired, and gone", async (_, made) => {
    await on(made.map(([line]) => line).join("; "));
    const preview = await stack.must("preview", "--diff");
    for (const [, reason] of made) expect(preview).toMatch(reason);
    expect((await stack.pulumi("preview", "--expect-no-changes")).exitCode).not.toBe(0);
    await stack.up();
    await stack.must("preview", "--expect-no-changes");
  });

  it("the lines of an edited file are shown, from the host's to the desired ones", async () => {
    await on(`sudo sed -i 's/proxy_read_timeout 86400s/proxy_read_timeout 60s/' ${site}`);
    const preview = await stack.must("preview");
    expect(preview).toMatch(/--- .*geo-system \(on the host\)\s+\+\+\+ .*geo-system \(desired\)/);
    expect(preview).toMatch(/- +proxy_read_timeout 60s;\s+\+ +proxy_read_timeout 86400s;/);
    expect(preview).toMatch(/reach: nginx reload, connections stay/);
    await stack.up();
  });

  it("what is not this package's business never shows", async () => {
    await on(
      "sudo ufw allow 8080/tcp; printf 'server { listen 8080; server_name other; }' | sudo tee /etc/nginx/sites-enabled/other; sudo systemctl reload nginx",
    );
    await stack.must("preview", "--expect-no-changes");
    await on(
      "sudo rm /etc/nginx/sites-enabled/other; sudo ufw delete allow 8080/tcp; sudo systemctl reload nginx",
    );
  });

  it("four rounds in any order: a change by hand shows until the next `up`, and nothing else ever does", async () => {
    const next = randomNumbers(20261125);
    let changed = false;
    const moves = {
      edit: async () => {
        await on(`echo '# ${next()}' | sudo tee -a ${site}`);
        changed = true;
      },
      up: async () => {
        await stack.up();
        changed = false;
      },
      refresh: () => stack.must("refresh", "--yes", "--skip-preview"),
      preview: () => stack.must("preview"),
    };
    for (let round = 1; round <= 4; round++) {
      const [name, move] = Object.entries(moves)[Math.floor(next() * 4)] ?? ["preview", moves.preview];
      await move();
      const { exitCode } = await stack.pulumi("preview", "--expect-no-changes");
      expect(`round ${round}, after ${name}: ${exitCode !== 0}`).toBe(
        `round ${round}, after ${name}: ${changed}`,
      );
    }
    await stack.up();
  }, 600_000); // twelve runs of the CLI

  it("a silent host: the preview says so and is not taken for clean, and an `up` stops before anything", async () => {
    await sandbox.unplug(stack.host);
    const { output } = await stack.pulumi("preview");
    expect(output).toMatch(/unverified: the host did not answer, so what follows is what the state knows/);
    expect(output).toMatch(/~ 1 to update/);
    expect((await stack.pulumi("preview", "--expect-no-changes")).exitCode).not.toBe(0);
    expect((await stack.pulumi("up", "--yes", "--skip-preview")).exitCode).not.toBe(0);
    await sandbox.plug(stack.host);
    await stack.must("preview", "--expect-no-changes");
  });

  it("a host reinstalled at the same address is told as another machine, and provisioned again", async () => {
    const before = await on("cut -c 1-8 /etc/machine-id");
    await stack.resetHost();
    const preview = await stack.must("preview", "--diff");
    expect(preview).toMatch(
      /this host was never provisioned .*this is not the machine that they were applied to/,
    );
    expect(preview).toContain(`--run ${before.trim()}-`);
    await stack.up();
    await stack.must("preview", "--expect-no-changes");
  });
});
