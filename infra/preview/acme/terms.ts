import { pulumiLine } from "../../pulumi-command.ts";
import { caName, directoryUrl } from "../../render/acme.ts";
import type { Settings } from "../../settings/schema.ts";
import { askDirectory } from "./directory.ts";

type TermsSettings = Pick<Settings, "tls" | "acmeDirectory" | "acmeTermsAgreed"> &
  Partial<Pick<Settings, "acmeCaFile">>;

/** Until the operator has agreed: the question, with the URL of the terms as the directory gives it. */
export async function termsToAgree(settings: TermsSettings, ask = askDirectory): Promise<string[]> {
  if (settings.tls !== "acme" || settings.acmeTermsAgreed) return [];
  const url = directoryUrl(settings.acmeDirectory);
  const meta = await ask(url, settings.acmeCaFile);
  const where = meta ? (meta.termsOfService ?? "its directory names none") : unreached(url);
  return [
    `acmeTermsAgreed: expected true, found false; read the terms of ${caName(url)}, ${where}, and when you agree: ${pulumiLine("config set acmeTermsAgreed true")}`,
  ];
}

/** From memory, or where they are to be found, for a machine that does not reach the CA. */
const unreached = (url: string) =>
  caName(url) === url
    ? "`termsOfService` in what that URL answers"
    : "https://letsencrypt.org/repository/ (subscriber agreement)";
