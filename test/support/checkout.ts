import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A new folder with these files, under a name that needs care. */
export function folderOf(files: Record<string, string>): string {
  const path = mkdtempSync(join(tmpdir(), "源码 source-"));
  write(path, files);
  return path;
}

export function write(folder: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** git in a folder, by a name and settings of its own. */
export function git(folder: string, ...words: string[]): void {
  const own = [
    "-c",
    "user.name=Test",
    "-c",
    "user.email=test@example.com",
    "-c",
    "protocol.file.allow=always",
  ];
  const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
  execFileSync("git", [...own, ...words], { cwd: folder, env, stdio: "ignore" });
}

/** A git checkout in which the files that git does not ignore are committed. */
export function checkoutOf(files: Record<string, string>): string {
  const folder = folderOf(files);
  git(folder, "init");
  git(folder, "add", ".");
  git(folder, "commit", "--message", "all", "--allow-empty");
  return folder;
}
