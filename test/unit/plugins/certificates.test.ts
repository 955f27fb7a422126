import { describe, expect, it } from "vitest";
import { Secret, Unknown } from "../../../sandbox/plugins/protocol/values.ts";
import { positive } from "../../../sandbox/plugins/tls/certificate.ts";
import { logicalResource } from "../../../sandbox/plugins/tls/logical.ts";
import { dueForRenewal } from "../../../sandbox/plugins/tls/renewal.ts";

const hour = 3_600_000;
const end = Date.parse("2030-01-02T00:00:00Z");

describe("the renewal of a certificate", () => {
  const state = { validityEndTime: "2030-01-02T00:00:00.000Z", earlyRenewalHours: 24 };

  it("is due as many hours before the end as was asked", () => {
    expect(dueForRenewal(state, end - 24 * hour - 1)).toBe(false);
    expect(dueForRenewal(state, end - 24 * hour)).toBe(true);
  });

  it("is due at the end if nothing was asked", () => {
    const late = { validityEndTime: state.validityEndTime };
    expect(dueForRenewal(late, end - 1)).toBe(false);
    expect(dueForRenewal(late, end)).toBe(true);
  });

  it("is never due for what has no end yet", () => {
    expect(dueForRenewal({}, end)).toBe(false);
  });
});

describe("the number of a certificate", () => {
  it.each([
    [
      [0x01, 0x02],
      [0x01, 0x02],
    ],
    [[0x00, 0x00, 0x02], [0x02]],
    [
      [0x00, 0x80],
      [0x00, 0x80],
    ],
    [[0xff], [0x00, 0xff]],
    [[0x00, 0x00], [0x00]],
  ])("is positive and as short as can be: %j", (bytes, expected) => {
    expect([...new Uint8Array(positive(Buffer.from(bytes)))]).toEqual(expected);
  });
});

describe("a resource that lives in the state only", () => {
  const thing = logicalResource({
    attributes: {
      key: { kind: "string", required: true },
      uses: { kind: "strings", oneOf: ["a", "b"] },
      size: { kind: "number", default: 1, min: 0 },
      note: { kind: "string", inPlace: true },
    },
    computed: ["made"],
    secrets: ["key"],
    make: async () => ({ id: "1", outputs: { made: "yes" } }),
    due: (state) => state.old === true,
  });
  const state = { key: new Secret("k"), size: 1, made: "yes", readyForRenewal: false };
  const changes = (inputs: Parameters<typeof thing.diff>[1], more = {}) =>
    Object.fromEntries(
      [...thing.diff({ ...state, ...more }, inputs)].map(([path, { replace }]) => [path, replace]),
    );

  it("is the same with a default that is written out", () => {
    expect(changes({ key: "k" })).toEqual({});
    expect(changes({ key: new Secret("k"), size: 1 })).toEqual({});
  });

  it("is replaced for a change, but for what only stands in the state", () => {
    expect(changes({ key: "other" })).toEqual({ key: true });
    expect(changes({ key: new Unknown() })).toEqual({ key: true });
    expect(changes({ key: "k", note: "n" })).toEqual({ note: false });
  });

  it("is replaced when its time has come, also where a refresh saw that", () => {
    expect(changes({ key: "k" }, { old: true })).toEqual({ readyForRenewal: true });
    expect(changes({ key: "k" }, { readyForRenewal: true })).toEqual({ readyForRenewal: true });
    expect(thing.read?.({ ...state, old: true })).toMatchObject({ readyForRenewal: true });
  });

  it("is checked for what is missing, too small, of the wrong kind or not allowed", () => {
    const { failures } = thing.check({ uses: ["a", "c"], size: -1, note: 3 });
    expect(failures.map(({ property }) => property)).toEqual(["key", "", "size", "note"]);
    expect(thing.check({ key: new Unknown(), uses: new Unknown() }).failures).toEqual([]);
  });
});
