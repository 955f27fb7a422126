import { describe, expect, it, test } from "vitest";
import { beforeOrder, type OrderSettings } from "../../../../infra/preview/acme/before-order.ts";
import type { Port80 } from "../../../../infra/preview/acme/port80.ts";
import { standingChallenge } from "../../../../infra/render/acme.ts";
import { payload } from "../../../../infra/render/payload.ts";
import { applied, facts, site } from "../support.ts";
import { issue, network } from "./support.ts";

const settings: OrderSettings = {
  ...{ host: "8.8.8.8", serverName: ["geo.example.org"] },
  ...{ tls: "acme" as const, acmeDirectory: "letsencrypt" },
};
const own = "address\t8.8.8.8";
const nginx = "listener\t80\tnginx";
const open = ["firewall\tactive\tdeny", "open\t80/tcp"];
const challenges = applied(
  "acme",
  payload({}, [{ path: `/webroot${standingChallenge}`, text: "geo-system\n" }]),
);
const formerSite = applied("site", site("location ^~ /.well-known/acme-challenge/ {\n"));
const leads = (...addresses: string[]) => ({ addresses: { "geo.example.org": addresses } });

const check = (
  its: Parameters<typeof network>[0],
  lines: string[] = [own],
  changes: Partial<OrderSettings> = {},
) => beforeOrder(facts(...lines), { ...settings, ...changes }, ["8.8.8.8"], network(its));
const port80 = (answer: Port80, ...lines: string[]) =>
  check({ ...leads("8.8.8.8"), port80: { "8.8.8.8": answer } }, [own, ...lines]);
const answer = (status: number, server = "nginx"): Port80 => ({ state: "answer", status, server });

test("nothing stands against an order of a new host to which its name leads", async () => {
  expect(await check(leads("8.8.8.8"))).toEqual([]);
});

test("nothing is asked where no order is to be made", async () => {
  const never = () => Promise.reject(new Error("asked"));
  const asked = { dns: { addresses: never, caa: never }, port80: never, directory: never };
  const certificate = "acme-certificate\taa11\t1800000000";
  expect(await beforeOrder(facts(certificate), settings, [], asked)).toEqual([]);
  expect(await beforeOrder(facts(), { ...settings, tls: "self-signed" }, [], asked)).toEqual([]);
});

describe("where a name leads", () => {
  it("is refused without an address, and where no CA comes", async () => {
    expect(await check(leads())).toEqual([
      {
        refused: true,
        text: "serverName: the DNS has no address for geo.example.org, so the CA finds nothing to ask; add an A or AAAA record: 8.8.8.8",
      },
    ]);
    expect(await check(leads("8.8.8.8", "10.0.0.5"))).toMatchObject([
      { refused: true, text: expect.stringContaining("leads to 10.0.0.5, which no public CA reaches") },
    ]);
  });

  it("names each address that is not the host's, AAAA too, as what is not known", async () => {
    expect(await check(leads("8.8.8.8", "9.9.9.9", "2606:4700::1"))).toEqual([
      { refused: false, text: expect.stringMatching(/9\.9\.9\.9, which is not known.*A record is wrong$/) },
      {
        refused: false,
        text: expect.stringMatching(/2606:4700::1, which is not known.*AAAA record is wrong$/),
      },
    ]);
  });

  it("is not known where the name server is silent, and to a CA of one's own it may be another", async () => {
    expect(await check({ addresses: { "geo.example.org": { problem: "ETIMEOUT" } } })).toEqual([
      {
        refused: false,
        text: "where geo.example.org leads is not known: this machine's name server gives no answer (ETIMEOUT)",
      },
    ]);
    expect(await check(leads(), [own], { acmeCaFile: "ca.pem" })).toMatchObject([{ refused: false }]);
  });

  it("is the address itself for an address", async () => {
    const address = (name: string) => check({}, [own], { serverName: [name] });
    expect(await address("8.8.8.8")).toEqual([]);
    expect(await address("9.9.9.9")).toMatchObject([
      { refused: false, text: expect.stringContaining("9.9.9.9 is not known to be this host") },
    ]);
  });
});

describe("port 80", () => {
  it.each([
    ["answered by this host's nginx", answer(200), [nginx, challenges]],
    ["answered by the site of an earlier version", answer(404), [nginx, formerSite]],
    ["answered by a proxy that passes challenges on", answer(200, "cloudflare"), [nginx, challenges]],
    ["answered by a site from before", answer(200), [nginx]],
    ["refused, where nothing listens yet", { state: "refused" } as const, []],
    ["silent, where ufw is still to open it", { state: "silent" } as const, ["firewall\tactive\tdeny"]],
  ])("may be %s", async (_, its, lines) => {
    expect(await port80(its, ...lines)).toEqual([]);
  });

  it.each([
    [
      "another machine",
      answer(200, "Apache"),
      [],
      /answers HTTP 200 \(Server: Apache\), and nothing listens/,
    ],
    ["a provider's page", answer(403, "Beaver"), [nginx], /HTTP 403 \(Server: Beaver\).*ICP, 备案/],
    ["such a page before any nginx", answer(403, "Beaver"), [], /nothing listens.*ICP, 备案/],
  ])("is refused when answered by %s", async (_, its, lines, text) => {
    expect(await port80(its, ...lines)).toMatchObject([{ refused: true, text: expect.stringMatching(text) }]);
  });

  it.each([
    ["a CDN", answer(404, "cloudflare"), [nginx, challenges], /a proxy or a CDN in between/],
    ["a bar by an nginx, which may be this one", answer(403), [nginx, challenges], /HTTP 403.*ICP, 备案/],
    ["another nginx", answer(404), [nginx, challenges], /where this host's nginx says 200/],
    ["another nginx than an earlier version's", answer(200), [nginx, formerSite], /nginx says 404/],
    ["silence", { state: "silent" } as const, open, /security group, drops it; let TCP 80 in/],
    ["a refusal", { state: "refused" } as const, [nginx], /refuses connections from here/],
    ["no way there", { state: "no route" } as const, [], /is not known: this machine has no way there/],
  ])("is said to be doubtful by %s", async (_, its, lines, text) => {
    expect(await port80(its, ...lines)).toMatchObject([
      { refused: false, text: expect.stringMatching(text) },
    ]);
  });
});

describe("the CA", () => {
  it("is called by its own directory in CAA records, Let's Encrypt also without it", async () => {
    const records = { ...leads("8.8.8.8"), caa: { "example.org": [issue("ca.example")] } };
    const named = { ...records, directory: { caaIdentities: ["ca.example"] } };
    const other = { acmeDirectory: "https://ca.example/dir" };
    expect(await check(named, [own], other)).toEqual([]);
    const silent = await check({ ...records, directory: "silent" });
    expect(silent).toMatchObject([
      { refused: false, text: expect.stringContaining("is not reached from this machine") },
      { refused: true, text: expect.stringContaining("and not letsencrypt.org") },
    ]);
  });

  it("must offer the profile, and may want a key for its accounts", async () => {
    const directory = { profiles: { classic: "90 days" }, externalAccountRequired: true };
    const found = await check({ ...leads("8.8.8.8"), directory }, [own], { acmeProfile: "brief" });
    expect(found).toEqual([
      {
        refused: true,
        text: "acmeProfile: expected one of classic, which Let's Encrypt offers, found brief",
      },
      { refused: true, text: expect.stringContaining("acmeEabKeyId: expected a key of the CA") },
    ]);
  });
});
