import { createPrivateKey } from "node:crypto";
import ssh2, { type ParsedKey } from "ssh2";
import { opensshPrivateKey } from "../protocol/openssh.ts";

/** Reads a private key in OpenSSH's form, PKCS#1, SEC 1 or PKCS#8. */
export function usablePrivateKey(text: string, passphrase?: string): ParsedKey {
  const isPkcs8 = /^-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/m.test(text);
  const parsed = ssh2.utils.parseKey(isPkcs8 ? fromPkcs8(text, passphrase) : text, passphrase);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key instanceof Error || key === undefined) throw privateKeyError(key?.message ?? "", passphrase);
  return key;
}

function fromPkcs8(text: string, passphrase: string | undefined): string {
  try {
    return opensshPrivateKey(
      createPrivateKey({ key: text, ...(passphrase !== undefined && { passphrase }) }),
    );
  } catch (error) {
    throw privateKeyError(error instanceof Error ? error.message : "", passphrase);
  }
}

function privateKeyError(reason: string, passphrase: string | undefined): Error {
  if (/no passphrase|passphrase required/i.test(reason) && passphrase === undefined) {
    return new Error("ssh: this private key is passphrase protected");
  }
  if (passphrase !== undefined && /passphrase|integrity|decrypt/i.test(reason)) {
    return new Error("x509: decryption password incorrect");
  }
  return new Error("ssh: no key found");
}
