import { z } from "zod";
import { check } from "../settings/checks.ts";

const texts = z.record(z.string(), z.string("text; set numbers in quotes"), "an object of texts");

/** What RFC 9110 calls a token. */
const isWord = (text: string) => /^[\w!#$%&'*+.^`|~-]+$/.test(text);
const isHeader = ([name, value]: [string, string]) => isWord(name) && !/[^\t\x20-\x7e\x80-\xff]/.test(value);
const isProtocol = (text: string) => isWord(text.replace(/\$\{\w+\}/g, "x"));

/** How a connection is opened, beside its URL; every text may hold `${token}`. */
export const openingMembers = {
  /** Added to the path of the URL: `/room-1`. */
  path: z
    .string("text")
    .regex(/^\/\S*$/, "a path that begins with /")
    .optional(),
  query: texts.optional(),
  headers: texts
    .refine((headers) => Object.entries(headers).every(isHeader), "names and values that HTTP can carry")
    .optional(),
  /** Sent in one Cookie header. */
  cookies: texts.optional(),
};

/** The same, and the subprotocols that the client offers. */
export const wholeOpeningMembers = {
  ...openingMembers,
  protocols: check.texts
    .refine(
      (names) => names.every(isProtocol) && new Set(names).size === names.length,
      "names without blanks and commas, each once",
    )
    .optional(),
};
