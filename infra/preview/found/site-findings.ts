import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import type { Found } from "../../host/found.ts";
import { readConfiguration, textOf } from "../../nginx/configuration.ts";
import { parseNginx } from "../../nginx/parse.ts";
import { directiveText, isProxied, type Site } from "../../nginx/served-site.ts";
import { type PayloadFile, parsePayload } from "../../render/payload.ts";
import { enabledSite, type InUse, serversOf, siteFiles } from "./in-use.ts";

/** The site that serves the application now: what it is for, how it differs from ours, and what ours lacks. */
export function siteFindings(
  { nginx = "" }: Found,
  { file, names, certificates, others }: Site,
  ours: { name: string; payload: string; replaces?: string | undefined },
): string[] {
  const { files } = parsePayload(ours.payload);
  const [desired] = files;
  const theirs = textOf(nginx, file);
  const of = names.length > 0 ? `, for ${names.join(", ")}` : "";
  const by = certificates.map((each) => `, with the certificate ${each.file}`).join("");
  const diff = theirs === undefined || !desired ? "" : `\n\n${siteDiff(file, theirs, desired)}`;
  return [
    `nginx serves it by ${file}${of}${by}; ${consequence(file, [ours.name, ours.replaces])}${diff}`,
    ...others
      .filter(isLackedBy(files))
      .map((directive) => `${file} says, and our site does not: ${directive}`),
  ];
}

/** Whether our site, with what the operator includes there, has no such directive. Of `listen` the PROXY protocol alone counts. */
function isLackedBy(files: readonly PayloadFile[]): (directive: string) => boolean {
  const all = files
    .flatMap(({ path, text }) => parseNginx(text, path))
    .flatMap((each) => (each.name === "server" ? (each.block ?? []) : [each]));
  const said = new Set(all.map(directiveText));
  const speaks = all.some(isProxied);
  return (directive) => !said.has(directive) && !(speaks && directive.startsWith("listen "));
}

/** Of what nginx reads: our site says much in comments that theirs does not have. */
function siteDiff(file: string, theirs: string, { path, text }: PayloadFile): string {
  const names = [`${file} (on the host)`, `${path} (desired)`] as const;
  const texts = [read(theirs), read(text)] as const;
  const headerOptions = FILE_HEADERS_ONLY;
  return createTwoFilesPatch(...names, ...texts, undefined, undefined, {
    context: 3,
    headerOptions,
  }).trimEnd();
}

/** Without empty lines and those that are comments. */
const read = (text: string) => text.replace(/^[ \t]*(#.*)?\n/gm, "");

/** Sites that serve something else. */
export function otherSites(
  found: Found,
  { site }: InUse,
  replaced: readonly (string | undefined)[],
): string[] {
  const servers = serversOf(readConfiguration(found.nginx ?? ""));
  return siteFiles(found)
    .filter((file) => file !== site?.file)
    .map((file) => {
      const names = servers
        .filter((server) => server.file === file)
        .flatMap(({ block }) => (block ?? []).filter((each) => each.name === "server_name"))
        .flatMap(({ values }) => values)
        .filter((each) => each !== "_");
      const of = names.length > 0 ? ` (${[...new Set(names)].join(", ")})` : "";
      return `nginx serves something else by ${file}${of}; ${consequence(file, replaced)}`;
    });
}

/** One of our name is replaced, and the one that the configuration names. */
const consequence = (file: string, replaced: readonly (string | undefined)[]) =>
  replaced.some((name) => name !== undefined && file === enabledSite(name)) ? "it is replaced" : "it stays";
