import { expect, it } from "vitest";
import { missingCli } from "../../../sandbox/toolchain/cli/missing.ts";
import { pinned } from "../../../sandbox/toolchain/first/places.mjs";

it("tells someone without downloads and without Go what to do, word for word", () => {
  const bin = "/home/ada/.pulumi/versions/3.259.0/bin";
  const text = missingCli({
    place: { cli: `${bin}/pulumi`, languageHost: `${bin}/pulumi-language-nodejs` },
    reasons: ["get.pulumi.com cannot be reached (Connection timed out)", "Go was not found on PATH"],
    go: "1.25.11",
    platform: "linux",
    arch: "arm64",
  });
  const archive = `pulumi-v${pinned.cli}-linux-arm64.tar.gz`;
  expect(text.split("\n").map((line) => line.trim())).toEqual([
    `The Pulumi CLI ${pinned.cli} and its Node language host are missing and could not be had:`,
    "- get.pulumi.com cannot be reached (Connection timed out)",
    "- Go was not found on PATH",
    "",
    "Do one of these, then run `npm run setup` again:",
    "1. Let this machine reach https://get.pulumi.com (behind a proxy: set HTTPS_PROXY).",
    "2. Install Go 1.25.11 or newer, from https://go.dev/dl/ or your distribution, and put it on PATH. Set-up then",
    "builds both from the Go module proxy; that takes some minutes, once, and 6 GB of disk meanwhile.",
    "3. Fetch the archive on another machine and unpack it here:",
    `https://get.pulumi.com/releases/sdk/${archive}`,
    `mkdir -p ${bin}`,
    `tar -xzf ${archive} --strip-components=1 -C ${bin}`,
    "These two must be there afterwards:",
    `${bin}/pulumi`,
    `${bin}/pulumi-language-nodejs`,
  ]);
});
