import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

/** A home folder whose browsers trust one CA more than those of the browser, as a person adds it; needs certutil (libnss3-tools). */
export async function homeThatTrusts(rootFile: string): Promise<string> {
  const home = await homeOfNobody();
  const database = join(home, ".pki/nssdb");
  await mkdir(database, { recursive: true });
  const certutil = (...words: string[]) => execa("certutil", ["-d", `sql:${database}`, ...words]);
  await certutil("-N", "--empty-password");
  await certutil("-A", "-n", "sandbox CA", "-t", "C,,", "-i", rootFile);
  return home;
}

/** A home folder without anything in it. */
export const homeOfNobody = () => mkdtemp(join(tmpdir(), "geo-browser-"));
