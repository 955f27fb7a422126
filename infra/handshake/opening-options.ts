import { z } from "zod";
import { check } from "../settings/checks.ts";

const texts = z.record(z.string(), z.string("text; set numbers in quotes"), "an object of texts");

/** How a connection is opened, beside its URL; every text may hold `${token}`. */
export const openingMembers = {
  /** Added to the path of the URL: `/room-1`. */
  path: z
    .string("text")
    .regex(/^\/\S*$/, "a path that begins with /")
    .optional(),
  query: texts.optional(),
  headers: texts.optional(),
  /** Sent in one Cookie header. */
  cookies: texts.optional(),
};

/** The same, and the subprotocols that the client offers. */
export const wholeOpeningMembers = { ...openingMembers, protocols: check.texts.optional() };
