import { isIP } from "node:net";
import type { Facts } from "../../host/facts.ts";
import { caName, directoryUrl, standingChallenge } from "../../render/acme.ts";
import { certifiedNames } from "../../render/site-names.ts";
import type { Settings } from "../../settings/schema.ts";
import { checkCaa } from "./caa.ts";
import { askDirectory, type DirectoryMeta } from "./directory.ts";
import { type Finding, note, refuse } from "./finding.ts";
import { type AskPort80, askPort80, checkPort80, type OwnPort80 } from "./port80.ts";
import { type Dns, machineDns } from "./records.ts";
import { resolveNames } from "./resolution.ts";

export type OrderSettings = Pick<Settings, "tls" | "acmeDirectory"> &
  Partial<Pick<Settings, "acmeCaFile" | "acmeProfile" | "acmeEabKeyId" | "serverName">> & { host: string };

/** What the checks ask beyond the host; a test answers in its place. */
export interface Network {
  dns: Dns;
  port80: AskPort80;
  directory: (url: string, caFile?: string) => Promise<DirectoryMeta | undefined>;
}

const network = (): Network => ({ dns: machineDns(), port80: askPort80, directory: askDirectory });

/**
 * What can be known of an order before the CA is asked, from the operator's side; at most a few seconds, all at once.
 * Nothing where no order is to be made.
 *
 * @param dialled the addresses at which the host is reached
 */
export async function beforeOrder(
  facts: Facts,
  settings: OrderSettings,
  dialled: readonly string[],
  { dns, port80, directory }: Network = network(),
): Promise<Finding[]> {
  if (settings.tls !== "acme" || facts.acme?.certificate) return [];
  const names = certifiedNames(settings, settings.host);
  const publicCa = settings.acmeCaFile === undefined;
  const url = directoryUrl(settings.acmeDirectory);
  const [reached, named] = await Promise.all([
    resolveNames(names, [...new Set([...dialled, ...facts.addresses])], publicCa, dns).then(
      async ({ places, findings }) => [...findings, ...(await checkPort80(places, ownPort80(facts), port80))],
    ),
    directory(url, settings.acmeCaFile).then(async (meta) => {
      const identities = meta?.caaIdentities ?? (caName(url) === url ? [] : ["letsencrypt.org"]);
      const caa = await Promise.all(
        names.filter((name) => !isIP(name)).map((name) => checkCaa(name, identities, dns)),
      );
      return [...offered(url, settings, meta), ...caa.flat()];
    }),
  ]);
  return [...reached, ...named];
}

/** What the directory itself says against the order. */
function offered(url: string, settings: OrderSettings, meta: DirectoryMeta | undefined): Finding[] {
  if (!meta)
    return [
      note(
        `${url} is not reached from this machine, so what it offers is not known; the host asks it itself`,
      ),
    ];
  const { profiles, externalAccountRequired } = meta;
  const wanted = settings.acmeProfile;
  return [
    ...(wanted && profiles && !(wanted in profiles)
      ? [
          refuse(
            `acmeProfile: expected one of ${Object.keys(profiles).join(", ")}, which ${caName(url)} offers, found ${wanted}`,
          ),
        ]
      : []),
    ...(externalAccountRequired && !settings.acmeEabKeyId
      ? [
          refuse(
            `acmeEabKeyId: expected a key of the CA, since ${caName(url)} takes no account without one, found nothing; set acmeEabKeyId and acmeEabHmacKey`,
          ),
        ]
      : []),
  ];
}

/** The site of an earlier version, which has no standing challenge, says 404. */
function standing({ acme, site }: Facts["applied"]): number | undefined {
  if (acme?.payload?.includes(`${standingChallenge} `)) return 200;
  return site?.payload?.includes("location ^~ /.well-known/acme-challenge/") ? 404 : undefined;
}

function ownPort80({ listeners, applied, firewall, open }: Facts): OwnPort80 {
  return {
    listeners: listeners[80] ?? [],
    standing: standing(applied),
    closed: firewall?.active === true && !open.some((rule) => /\b80\b/.test(rule)),
  };
}
