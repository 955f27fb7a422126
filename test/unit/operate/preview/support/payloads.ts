import { payload } from "../../../../../infra/render/payload.ts";

/* Payloads as the steps make them, short enough to read in a snapshot. */

export function site({ timeout = 86_400, names = "203.0.113.7" } = {}): string {
  const text = [
    `# nginx site geo-system. Written by \`pulumi up\`; do not edit, it is overwritten.`,
    "server {",
    "    listen 80 default_server;",
    `    server_name ${names};`,
    "    location /ws {",
    "        proxy_pass http://geo_system_backend;",
    `        proxy_read_timeout ${timeout}s;`,
    `        proxy_send_timeout ${timeout}s;`,
    "    }",
    "}",
  ];
  return payload({ site: "geo-system", "worker-connections": 20_000 }, [
    { path: "/etc/nginx/sites-available/geo-system", text: text.join("\n") },
  ]);
}

export function firewall(...more: string[]): string {
  return payload({ allow: ["ssh", "80/tcp", ...more], default: "deny incoming" });
}

export function packages(node = "24.21.0"): string {
  return payload({ apt: ["nginx", "ufw"], node, pm2: "7.0.4" }, [
    { path: "/opt/geo-system/pm2/package.json", text: '{ "dependencies": { "pm2": "7.0.4" } }' },
    { path: "/opt/geo-system/pm2/package-lock.json", text: "{}\n".repeat(2000) },
  ]);
}

/** `files` are paths with a digest each. */
export function backend(
  release: string,
  files: Record<string, string>,
  environment = "NODE_ENV=production",
): string {
  return payload(
    {
      name: "geo-backend",
      port: 3000,
      release,
      archive: `.geo-system/${release}.tar`,
      file: Object.entries(files).map(([path, digest]) => `${digest} ${path}`),
    },
    [{ path: "/srv/geo-backend/ecosystem.config.cjs", text: `module.exports = { env: "${environment}" };` }],
  );
}

export const command = (line = "say done") => `#!/bin/bash\nset -e\n${"# a line\n".repeat(400)}${line}\n`;
