import type { ApplicationFacts } from "../../host/facts.ts";
import type { FoundData } from "../../host/found.ts";
import { bytesText } from "../data.ts";

/** What comes along with the first release, a line each. What cannot is refused: {@link dataRefused}. */
export function dataFindings({ data }: ApplicationFacts, application: string): string[] {
  return data.flatMap(({ source, path, state, bytes }) => {
    const fate = fates[state]?.(`/srv/${application}/shared/${path}`);
    const size = bytes === undefined ? "holds more than can be counted in 5 s" : `holds ${bytesText(bytes)}`;
    return fate === undefined ? [] : [`${source} ${size}; ${fate}`];
  });
}

const fates: Record<string, (target: string) => string> = {
  move: (target) =>
    `it moves to ${target} before the release starts, a link takes its place, and \`destroy\` moves it back`,
  copy: (target) =>
    `it is copied to ${target} before the release starts, since it is another user's or on another disk: what is written there later does not come along`,
  filled: (target) => `it stays there, since ${target} holds files already`,
};

/** Why an `up` must not begin: data that is named or found and cannot come along. */
export const dataRefused = ({ data }: ApplicationFacts, application: string): string[] =>
  data.flatMap((each) => {
    const why = obstacle(each);
    const { source, path } = each;
    if (why === undefined) return [];
    return [
      `takeOver.data: ${source} ${why}; correct the key, or copy it to /srv/${application}/shared/${path} by hand, with the application stopped`,
    ];
  });

function obstacle({ source, state, named }: FoundData): string | undefined {
  switch (state) {
    case "missing":
      return source.startsWith("/")
        ? "is not on this host"
        : "is in no folder that is known: no application gives way to this one; name it by its whole path";
    case "filled":
      return named ? "cannot come along, since there are files already where it would go" : undefined;
    case "program":
      return "holds the program that runs";
    case "link":
      return "is a link to a place beside it; name the folder that it leads to";
    case "database":
      return "is a database in use: its journal is beside it, and cannot move with it";
    default:
      return undefined;
  }
}
