import type { PackageManager } from "./package-manager.ts";

/** A package manager as a package of the npm registry. */
export interface Distribution {
  package: string;
  version: string;
  /** What is started, from the package's folder. */
  program: string;
  /** A program of the processor itself; else Node runs it. */
  native: boolean;
  /** As npm states it, for the versions that this package chooses itself. */
  integrity?: string;
}

/** Of the versions that are taken where the repository names none. */
const integrities: Record<string, string> = {
  "pnpm@7.33.7":
    "sha512-ev4kEGQrOcaY30baTOXHIxpczjYGmNafjPj0IlfUCz5D8jEFOwe43oSf1P+/SnH/V7g1E3d3o1I4jz09p0cgDg==",
  "pnpm@8.15.9":
    "sha512-SZQ0ydj90aJ5Tr9FUrOyXApjOrzuW7Fee13pDzL0e1E6ypjNXP0AHDHw20VLw4BO3M1XhQHkyik6aBYWa72fgQ==",
  "pnpm@10.34.9":
    "sha512-9JtajqD97bRLs8DB1ldQkqU8KVDZW3rRXfEfF5dId6LeOgHAfpNOmyjOcW5RwJqUlixzBtCb4uHksYqMh2L9Mg==",
  "yarn@1.22.22":
    "sha512-prL3kGtyG7o9Z9Sv8IPfBNrWTDmXB4Qbes8A9rEzt6wkJV8mUvoirjU0Mp3GGAU06Y0XQyA3/2/RQFVuK7MTfg==",
  "@yarnpkg/cli-dist@3.8.7":
    "sha512-YMoAlLR9f+kxXjK72ggBIidi3ulQQrQpMSxzrLUt0OUk9Xdst2v26LBSYFlzOm+7KRNWgYIJpFjA8uRnCgB5xQ==",
  "@yarnpkg/cli-dist@4.18.1":
    "sha512-EH+A4TxAtBWXKE0DGQxW9Bo9crXHLJ73mfxjTQJuv8XonNWWTpei8BQ5JjczHJNU9GROTycwMFn8iOvRIZXUcA==",
};

/**
 * Where a package manager comes from; undefined for the npm that comes with Node.
 *
 * @param platform such as `linux-x64`, which matters for pnpm 12 and later: a native program
 */
export function distributionOf(
  { name, version }: PackageManager,
  platform: string,
): Distribution | undefined {
  if (!version) return undefined;
  const major = Number.parseInt(version, 10);
  const of = (pack: string, program: string, native = false): Distribution => {
    const integrity = integrities[`${pack}@${version}`];
    return { package: pack, version, program, native, ...(integrity && { integrity }) };
  };
  if (name === "npm") return of("npm", "bin/npm-cli.js");
  if (name === "yarn") return major < 2 ? of("yarn", "bin/yarn.js") : of("@yarnpkg/cli-dist", "bin/yarn.js");
  if (major >= 12) return of(`@pnpm/exe.${platform}`, "pnpm", true);
  return of("pnpm", major >= 11 ? "bin/pnpm.mjs" : "bin/pnpm.cjs");
}
