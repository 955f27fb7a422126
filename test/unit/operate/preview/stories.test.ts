import { describe, expect, it } from "vitest";
import type { Preview } from "../../../../operate/preview/read.ts";
import { type SummaryOptions, summary } from "../../../../operate/preview/summary.ts";
import { create, made, message, remove, repair, replace, unknown, update } from "./support/made.ts";
import { backend, command, firewall, packages, site } from "./support/payloads.ts";

const files = { "package.json": "aaaa", "src/server.ts": "bbbb", "src/old.ts": "cccc" };
const leafType = "tls:index/locallySignedCert:LocallySignedCert";
const uploadType = "command:remote:CopyToRemote";

const siteLine = update("geo-site", { stdin: site() }, { stdin: site({ timeout: 3600 }) });
const siteDrift = message(
  "warning",
  [
    "drift: /etc/nginx/sites-available/geo-system was edited on the host at 2026-11-24 22:10:03",
    "drift: /etc/nginx/sites-enabled/geo-system is missing",
    "",
    "--- /etc/nginx/sites-available/geo-system (on the host)",
    "+++ /etc/nginx/sites-available/geo-system (desired)",
    "@@ -7,3 +7,3 @@",
    "-        proxy_read_timeout 60s;",
    "+        proxy_read_timeout 86400s;",
    "         proxy_send_timeout 86400s;",
  ].join("\n"),
  "geo-site",
);
const reload = message("info", "reach: nginx reload, connections stay", "geo-site");
const freshHost = [
  create("geo-ca-key", { algorithm: "ECDSA" }, "tls:index/privateKey:PrivateKey"),
  create("geo-leaf", { certRequestPem: unknown, caPrivateKeyPem: "[secret]" }, leafType),
  create("geo-command", { stdin: command() }),
  create("geo-release", { source: { path: "/home/me/.cache/r1.tar" } }, uploadType),
  create("geo-packages", { stdin: packages() }),
  create("geo-firewall", { stdin: firewall("443/tcp") }),
  create("geo-certificate", { create: unknown, stdin: unknown }),
  create("geo-site", { create: unknown, stdin: site() }),
  create("geo-environment", { stdin: "[secret]" }),
  create("geo-backend", { create: unknown, stdin: backend("3bfafeb75970", files) }),
];

type Story = [title: string, preview: Preview | undefined, options?: Partial<SummaryOptions>];

const stories: Story[] = [
  ["a fresh host", made(freshHost)],
  ["no change", made([])],
  ["one line of the site", made([siteLine], [reload])],
  [
    "a new release",
    made(
      [
        update("geo-release", { remotePath: "a" }, { remotePath: "b" }, uploadType),
        update(
          "geo-backend",
          { stdin: backend("3bfafeb75970", files) },
          {
            stdin: backend("d6a7939be668", {
              "package.json": "aaaa",
              "src/server.ts": "bbb2",
              "src/new.ts": "dddd",
            }),
          },
        ),
      ],
      [
        message(
          "info",
          "reach: release handover, 212 live connections are asked to reconnect",
          "geo-backend",
        ),
      ],
    ),
    { note: "For commit 1a2b3c4." },
  ],
  ["drift", made([repair("geo-site", { stdin: site() })], [siteDrift, reload])],
  [
    "drift of the firewall, which is confirmed from outside",
    made(
      [
        repair("geo-firewall", { stdin: firewall("443/tcp") }),
        update(
          "geo-firewall-confirm",
          { create: "sudo geo-system firewall confirm --change none" },
          { create: unknown },
        ),
      ],
      [
        message("warning", "drift: rule 443/tcp is missing in ufw", "geo-firewall"),
        message("info", "reach: firewall: opens 443/tcp, SSH is not concerned", "geo-firewall"),
      ],
    ),
  ],
  ["drift and a change", made([siteLine], [siteDrift, reload])],
  [
    "drift of the whole machine",
    made(
      [repair("geo-packages", { stdin: packages() })],
      [
        message("warning", "drift: this is another machine: its machine-id changed", "geo"),
        message("warning", "drift: nginx is not installed", "geo-packages"),
      ],
    ),
  ],
  [
    "a certificate's renewal",
    made(
      [
        replace(
          "geo-leaf",
          { certRequestPem: "A" },
          { certRequestPem: "A", validityPeriodHours: 1 },
          leafType,
        ),
        update("geo-certificate", { stdin: "[secret]" }, { stdin: unknown }),
        update("geo-site", { stdin: site(), create: "--certificate aa" }, { stdin: site(), create: unknown }),
      ],
      [
        message("info", "reach: new certificate, nginx reload", "geo-certificate"),
        message("warning", "check: the certificate ends in 12 days", "geo-certificate"),
        message("info", "check: 38 GB of disk are free", "geo"),
      ],
    ),
  ],
  [
    "the firewall",
    made(
      [update("geo-firewall", { stdin: firewall("443/tcp") }, { stdin: firewall("8443/tcp") })],
      [
        message(
          "info",
          "reach: firewall, opens 8443/tcp, closes 443/tcp, SSH is not concerned",
          "geo-firewall",
        ),
      ],
    ),
  ],
  [
    "a secret of the backend",
    made([
      { ...update("geo-environment", {}, {}), detailedDiff: { stdin: { kind: "update" } } },
      update(
        "geo-backend",
        { stdin: "x", create: "sudo geo-system backend apply --secrets 1" },
        { stdin: "x", create: unknown },
      ),
    ]),
  ],
  [
    "a silent host",
    made(
      [siteLine],
      [
        message(
          "warning",
          "unverified: the host did not answer: 203.0.113.7:22: no answer within 10 s; what follows is what the state knows",
          "geo",
        ),
      ],
    ),
  ],
  [
    "refused",
    made(
      [siteLine],
      [
        message(
          "error",
          'refused: nginx: [emerg] unknown directive "proxy_raed_timeout" in /etc/nginx/sites-enabled/geo-system:7\n  next: mend the site',
          "geo-site",
        ),
        reload,
      ],
    ),
  ],
  [
    "a preview that fails",
    made(
      [],
      [
        message(
          "error",
          "The configuration has one problem; nothing was changed.\n  readTimeout: expected whole seconds, at least 1, found -5",
        ),
      ],
    ),
    { failure: "pulumi preview ended with exit code 1" },
  ],
  [
    "a CLI that says nothing",
    undefined,
    { failure: "pulumi preview ended with exit code 255\nerror: no stack named 'prod' found" },
  ],
  [
    "everything goes",
    made([
      remove("geo-backend", { stdin: backend("3bfafeb75970", files) }),
      remove("geo-environment", { stdin: "[secret]" }),
      remove("geo-site", { stdin: site() }),
      remove("geo-firewall", { stdin: firewall() }),
      remove("geo-command", { stdin: command() }),
    ]),
  ],
  ["one step by force", made([replace("geo-site", { stdin: site() }, { stdin: site() })])],
  [
    "no TLS any more",
    made(
      [
        update("geo-firewall", { stdin: firewall("443/tcp") }, { stdin: firewall() }),
        remove("geo-certificate", { stdin: "[secret]" }),
        remove("geo-leaf", { certRequestPem: "A" }, leafType),
      ],
      [message("warning", "Undefined value (wssUrl) will not show as a stack output.")],
    ),
  ],
  [
    "two hosts, and what is around them",
    made([
      update("eu-site", { stdin: site() }, { stdin: site({ timeout: 60 }) }),
      update("us-packages", { stdin: packages() }, { stdin: packages("26.1.0") }),
      {
        op: "update",
        urn: "urn:pulumi:prod::geo-system::aws:route53/record:Record::www",
        oldState: { inputs: { records: ["192.0.2.1"] } },
        newState: { inputs: { records: ["192.0.2.2"] } },
        detailedDiff: { "records[0]": { kind: "update" } },
      },
    ]),
  ],
  [
    "a script of the command",
    made([update("geo-command", { stdin: command() }, { stdin: command("say it is done") })]),
  ],
];

describe("the summary of a preview", () => {
  it.each(stories)("%s", async (title, preview, options) => {
    const text = summary(preview, { stack: "prod", ...options });
    await expect(text).toMatchFileSnapshot(`__snapshots__/${title}.md`);
  });
});
