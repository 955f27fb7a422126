import { describe, expect, it } from "vitest";
import { capacityPayload, kernelLimits, sizesFor } from "../../../infra/render/capacity.ts";
import { parsePayload } from "../../../infra/render/payload.ts";

describe("what so many connections need", () => {
  it("is three open files of nginx each, and four entries in the table of connections", () => {
    expect(sizesFor(50_000)).toMatchObject({ openFiles: 150_000, conntrack: 200_000 });
  });

  it("is a queue for a fourth of them, within what kernels have and allow", () => {
    const backlogs = [1000, 16_384, 16_385, 50_000, 1_000_000].map((count) => sizesFor(count).backlog);
    expect(backlogs).toEqual([4096, 4096, 8192, 16_384, 65_535]);
  });

  it("is another source address for every 20,000", () => {
    const sources = [1000, 20_000, 20_001, 50_000, 1_000_000].map((count) => sizesFor(count).sources);
    expect(sources).toEqual([1, 1, 2, 3, 50]);
  });
});

describe("step capacity", () => {
  const files = (expectedConnections: number) =>
    parsePayload(capacityPayload({ expectedConnections }) ?? "").files;

  it("is not there where nothing is expected", () => {
    expect(capacityPayload({ expectedConnections: undefined })).toBeUndefined();
  });

  it("sets each limit of the kernel, with a reason above it", () => {
    const [sysctl] = files(50_000);
    const paragraphs = sysctl?.text.trimEnd().split("\n\n").slice(1) ?? [];
    const set = paragraphs.map((text) => text.split("\n").at(-1));
    expect(set).toEqual(Object.entries(kernelLimits(50_000)).map(([name, value]) => `${name} = ${value}`));
    for (const paragraph of paragraphs) expect(paragraph).toMatch(/^# /);
  });

  it("takes no limit from nginx's unit", () => {
    expect(files(1000).find(({ path }) => path.includes("nginx.service.d"))?.text).toContain(
      "\nLimitNOFILE=infinity\n",
    );
  });
});
