import { readdir, stat } from "node:fs/promises";
import { basename, join, posix } from "node:path";
import type { Client, SFTPWrapper, Stats } from "ssh2";
import type { Operation } from "../protocol/resource.ts";
import type { Connection } from "./connection.ts";
import { dial } from "./dial.ts";

/** A local file or folder, or a text that becomes a file. */
export type Source = { path: string } | { text: string };

/** Copies to the host. Overwrites what is in the way, removes nothing, keeps neither mode nor owner. */
export async function upload(connection: Connection, source: Source, to: string, operation: Operation) {
  // First the local side: a source that is not there is no reason to trouble the host.
  const local = "path" in source ? await stat(source.path).catch(notFound(source.path)) : undefined;
  const { client, close } = await dial(connection, operation);
  try {
    const sftp = await openSftp(client);
    if ("text" in source) await copyText(sftp, source.text, to);
    else if (local?.isDirectory()) await copyFolder(sftp, source.path, to);
    else await copyFile(sftp, source.path, await fileTarget(sftp, source.path, to));
  } finally {
    close();
  }
}

function notFound(path: string): (error: NodeJS.ErrnoException) => never {
  return (error) => {
    throw new Error(`open ${path}: ${error.code === "ENOENT" ? "no such file or directory" : error.message}`);
  };
}

function openSftp(client: Client): Promise<SFTPWrapper> {
  return new Promise((resolve, reject) => {
    client.sftp((error, sftp) => {
      if (error) reject(new Error(`ssh: subsystem request failed: ${error.message}`));
      else resolve(sftp);
    });
  });
}

async function copyText(sftp: SFTPWrapper, text: string, to: string): Promise<void> {
  if ((await remoteStat(sftp, to))?.isDirectory()) {
    throw new Error(`remote path ${to} is a directory: for a text, remotePath must name the file`);
  }
  await makeFolders(sftp, posix.dirname(to));
  await new Promise<void>((resolve, reject) => {
    sftp.writeFile(to, text, (error) =>
      error ? reject(failed("create remote file", to, error)) : resolve(),
    );
  });
}

// dir → to/dir, dir/ → the contents of dir in to; where `to` does not exist yet, it is made.
async function copyFolder(sftp: SFTPWrapper, from: string, to: string): Promise<void> {
  await makeFolder(sftp, to);
  const target = from.endsWith("/") ? to : posix.join(to, basename(from));
  await copyTree(sftp, from, target);
}

async function copyTree(sftp: SFTPWrapper, from: string, to: string): Promise<void> {
  await makeFolder(sftp, to);
  const entries = await readdir(from, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const [source, target] = [join(from, entry.name), posix.join(to, entry.name)];
    await (entry.isDirectory() ? copyTree(sftp, source, target) : copyFile(sftp, source, target));
  }
}

/** The folder of a file, and those above it. */
async function makeFolders(sftp: SFTPWrapper, path: string): Promise<void> {
  if ((await remoteStat(sftp, path))?.isDirectory()) return;
  await makeFolders(sftp, posix.dirname(path));
  await makeFolder(sftp, path);
}

async function makeFolder(sftp: SFTPWrapper, path: string): Promise<void> {
  const there = await remoteStat(sftp, path);
  if (there?.isDirectory()) return;
  if (there) throw new Error(`remote path ${path} exists but is not a directory`);
  await new Promise<void>((resolve, reject) => {
    sftp.mkdir(path, (error) => (error ? reject(failed("create remote directory", path, error)) : resolve()));
  });
}

async function fileTarget(sftp: SFTPWrapper, from: string, to: string): Promise<string> {
  if ((await remoteStat(sftp, to))?.isDirectory()) return posix.join(to, basename(from));
  await makeFolders(sftp, posix.dirname(to));
  return to;
}

function copyFile(sftp: SFTPWrapper, from: string, to: string): Promise<void> {
  return new Promise((resolve, reject) => {
    sftp.fastPut(from, to, (error) => {
      if (error) reject(failed(`copy file ${from} to remote path`, to, error));
      else resolve();
    });
  });
}

const noSuchFile = 2;

function remoteStat(sftp: SFTPWrapper, path: string): Promise<Stats | undefined> {
  return new Promise((resolve, reject) => {
    sftp.stat(path, (error, found) => {
      const code = (error as { code?: number } | undefined)?.code;
      if (error && code !== noSuchFile) reject(failed("stat remote path", path, error));
      else resolve(error ? undefined : found);
    });
  });
}

function failed(what: string, path: string, error: Error): Error {
  return new Error(`failed to ${what} ${path}: ${error.message}`);
}
