import { template } from "../../infra/package-root.ts";

/** What the host is asked, by stdin. */
export const takeOverProgram = (): string =>
  ["diagnose/head.sh", "scripts/found.sh", "diagnose/take-over.sh"].map(template).join("\n");
