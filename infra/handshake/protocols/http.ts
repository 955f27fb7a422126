import { firstWords } from "../open.ts";
import type { PresetOptions } from "../preset-options.ts";
import type { Entered, Protocol, Way } from "../protocol.ts";
import type { Answer } from "../request.ts";
import { Stopped } from "../seen.ts";
import { inUsualPlace, openingOf } from "./opening.ts";

type Options = PresetOptions<"http">;

/** The hop of its answer, which failures are read by. */
export const answerHop = "answer";

/** What holds for every HTTP server: it answers a request, and says neither that it is at fault nor that the client is. */
export function http(options: Options): Protocol {
  return {
    name: "http",
    http: true,
    hops: { entry: [{ name: answerHop }], proof: [] },
    showsToken: true,
    enter: (way) => enter(way, options),
    prove: async () => {},
  };
}

async function enter(way: Way, options: Options): Promise<Entered> {
  const { url, headers } = openingOf(way, withBearer(way, options));
  const answer = await way.request({ url, headers });
  const wrong = wrongWith(answer, options);
  const { status, location, text } = answer;
  const body = firstWords(text);
  if (wrong !== undefined)
    throw new Stopped({
      url: url.href,
      status,
      expected: wrong,
      ...(location && { location }),
      ...(body && { body }),
    });
  way.pass(String(status));
  return {};
}

/** Where nothing says how the token is shown. */
const withBearer = (way: Way, options: Options): Options =>
  inUsualPlace(way, options)
    ? { ...options, headers: { ...options.headers, authorization: "Bearer ${token}" } }
    : options;

/** What was expected in its place. */
function wrongWith({ status, text }: Answer, options: Options): string | undefined {
  if (options.status === undefined ? status >= 400 : status !== options.status)
    return options.status === undefined ? "a status below 400" : `status ${options.status}`;
  if (options.contains !== undefined && !text.includes(options.contains))
    return `a text with ${JSON.stringify(options.contains)}`;
  return undefined;
}
