import type { Facts } from "../../../infra/host/facts.ts";
import { parseFacts } from "../../../infra/host/read-facts.ts";
import { payload } from "../../../infra/render/payload.ts";

export const encoded = (text: string) => Buffer.from(text).toString("base64");

export const sitePath = "/etc/nginx/sites-available/geo-system";
export const siteText = "server {\n    listen 80;\n    listen [::]:80;\n    proxy_read_timeout 86400s;\n}\n";
/** The payload of a small site. */
export const site = (text = siteText) => payload({ site: "geo-system" }, [{ path: sitePath, text }]);

/** What a host answers that has this applied and nothing changed, and `lines` besides. */
export function facts(...lines: string[]): Facts {
  const own = ["machine\t9f3c51ab\tweb1", "time\t1795579964", "ipv6\tyes", ...lines];
  return parseFacts(`${own.join("\n")}\nend\n`);
}

export const applied = (step: string, text: string, options = "--script 1a2b3c4d --run 9f3c51ab-7") =>
  `applied\t${step}\t${options}\t${encoded(text)}`;

/** A file as the host has it. */
export const file = (text: string, owner = "root:root", mode = "0644", path = sitePath) =>
  `file\tsite\t${path}\t${owner}\t${mode}\t1795579964\t${encoded(text)}`;

/** What a look needs of the settings. */
export const settings = {
  tls: "self-signed",
  backendPort: 3000,
  backendStandbyPort: 3001,
  backendInstances: 1,
  sticky: undefined,
  handshake: undefined,
  nodeSource: "distribution",
} as const;
