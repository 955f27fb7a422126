import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";

/**
 * Checks that a provided certificate can be used: both files parse, the key is the leaf's, it has not ended, and it is
 * for every one of these names.
 *
 * @throws with the key of the configuration, what was expected and what was found; never with text of the key
 */
export function checkPair(
  certificateFile: string,
  certificateKeyFile: string,
  names: readonly string[] = [],
): void {
  const leaf = parsed(
    "certificateFile",
    "a certificate (PEM), leaf first",
    certificateFile,
    (text) => new X509Certificate(text),
  );
  const key = parsed(
    "certificateKeyFile",
    "a private key (PEM) without passphrase",
    certificateKeyFile,
    createPrivateKey,
  );
  if (!leaf.checkPrivateKey(key)) {
    throw new Error(
      `certificateKeyFile: expected the key of ${certificateFile}, found another one: ${certificateKeyFile}`,
    );
  }
  if (Date.parse(leaf.validTo) < Date.now()) {
    throw new Error(
      `certificateFile: expected a valid certificate, found one that ended on ${leaf.validTo}: ${certificateFile}`,
    );
  }
  const missing = names.filter((name) => !covers(leaf, name));
  if (missing.length > 0) {
    throw new Error(
      `certificateFile: expected a certificate for ${missing.join(", ")}, since serverName says so; found one for ` +
        `${leaf.subjectAltName ?? "no name at all"}: ${certificateFile}`,
    );
  }
}

const covers = (leaf: X509Certificate, name: string) =>
  (isIP(name) ? leaf.checkIP(name) : leaf.checkHost(name)) !== undefined;

function parsed<T extends KeyObject | X509Certificate>(
  key: string,
  expected: string,
  file: string,
  parse: (text: string) => T,
): T {
  const text = readFileSync(file, "utf8");
  try {
    return parse(text);
  } catch {
    throw new Error(`${key}: expected ${expected}, found something else in ${file}`);
  }
}
