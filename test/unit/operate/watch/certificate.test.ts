import { expect, test } from "vitest";
import { watchCertificate } from "../../../../operate/watch/certificate.ts";
import { line } from "../../../../operate/watch/event-text.ts";
import type { WatchEvent } from "../../../../operate/watch/events.ts";

const hour = 3_600_000;

/** What is told of a certificate of six days with so many hours left, in so many looks. */
async function told(left: number, last: () => Promise<string>, most = 3): Promise<WatchEvent[]> {
  const [said, end] = [[] as WatchEvent[], new AbortController()];
  let looks = 0;
  const see = async () => {
    looks += 1;
    if (looks === most) end.abort();
    const ends = Date.now() + left * hour;
    return {
      ...{ protocol: "TLSv1.3", names: "", fingerprint: "abc", otherName: false },
      ...{ begins: ends - 160 * hour, ends },
    };
  };
  // 24 looks are a day.
  await watchCertificate({ see, last }, (event) => said.push(event), end.signal, 1);
  return said;
}

const failed = async () =>
  `result=failed\nfailing_since=${Math.round(Date.now() / 1000) - 90_000}\nwords=geo: caa: prevents issuance\n`;

test("a certificate in its last third is no news for a day", async () => {
  expect(await told(40, failed)).toEqual([]);
});

test("after the first failed day it is a warning with the CA's words, once a day", async () => {
  const said = await told(25, failed, 2);
  expect(said).toHaveLength(1);
  expect(line(said[0] as WatchEvent)).toMatch(
    /^WARNING: the certificate that is served ends on .* should have been renewed by now; .*geo: caa: prevents issuance$/,
  );
});

test("without a login its dates are enough", async () => {
  const [event] = await told(25, () => Promise.reject(new Error("no key")), 2);
  expect(event).toMatchObject({ cause: expect.stringMatching(/should have been renewed by now$/) });
});
