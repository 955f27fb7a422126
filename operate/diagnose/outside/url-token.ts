import type { Protocol, Way } from "../../../infra/handshake/protocol.ts";
import { withSecret } from "../../target/url-secret.ts";

/** The same protocol, whose token stands in the query of the URL: a wrong one takes the place of the right one there. */
export function tokenInUrl(protocol: Protocol, name: string): Protocol {
  return { ...protocol, showsToken: true, enter: (way) => protocol.enter(wayWithToken(way, name)) };
}

function wayWithToken(way: Way, name: string): Way {
  return {
    token: way.token,
    timeoutMs: way.timeoutMs,
    get url() {
      return withSecret(way.url, name, way.token);
    },
    open: (opening = {}) => way.open({ url: withSecret(way.url, name, way.token), ...opening }),
    request: (question) => way.request(question),
    pass: (detail) => way.pass(detail),
    atEnd: (work) => way.atEnd(work),
  };
}
