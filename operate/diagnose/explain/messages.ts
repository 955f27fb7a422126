import { answers } from "./answers.ts";
import { ends, traffic } from "./connection.ts";
import type { Meaning } from "./meaning.ts";
import { way } from "./way.ts";

/**
 * The usual messages of browsers (Chrome, Firefox, Safari), Node (`ws`), Python (`websockets`) and curl, the most
 * telling ones first: a browser hides from a page why a connection failed, so its general words come last.
 */
export const messages: readonly Meaning[] = [...way, ...traffic, ...answers, ...ends];
