import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { basename, join } from "node:path";
import type { MachineFile } from "./machine-files.ts";
import { npmSettings } from "./machine-npm.ts";

/** The bundle of the system, here and inside. Inside, it is made of the certificates that are carried over. */
export const bundle = "/etc/ssl/certs/ca-certificates.crt";
const ownFolder = "/usr/local/share/ca-certificates";

/** The certificates that this machine trusts beyond the ones that every system brings. */
export function certificateFiles(): MachineFile[] {
  const own = existsSync(ownFolder) ? readdirSync(ownFolder, { recursive: true, encoding: "utf8" }) : [];
  const files = own.filter((file) => file.endsWith(".crt")).map((file) => join(ownFolder, file));
  return [...files, ...namedFiles()].map((path, index) => ({
    path: join(ownFolder, `machine-${index}-${basename(path).replace(/\.\w+$/, "")}.crt`),
    text: readFileSync(path, "utf8"),
  }));
}

/** Files that Node and npm were configured with. The system's own bundle is inside already. */
function namedFiles(): string[] {
  const named = [process.env.NODE_EXTRA_CA_CERTS, npmSettings().get("cafile")];
  const others = named.filter(
    (path) =>
      path && existsSync(path) && (!existsSync(bundle) || realpathSync(path) !== realpathSync(bundle)),
  );
  return [...new Set(others)] as string[];
}
