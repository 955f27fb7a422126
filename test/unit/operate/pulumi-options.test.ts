import { expect, it } from "vitest";
import { refuseUnknownOptions, unknownOption, withoutSeparator } from "../../../operate/pulumi-options.ts";

/** As Pulumi's CLI prints it. */
const help = `
Flags:
      --diff                     Display operation as a rich diff
  -r, --refresh string[="true"]  Refresh the state
      --replace stringArray      Specify a resource to replace
  -f, --skip-preview             Do not calculate a preview
  -t, --target stringArray       Specify a resource
  -y, --yes                      Automatically approve

Global Flags:
      --color string             Colorize output
`;

it.each([
  ["what people type by habit", ["--yes", "-y", "--diff", "--refresh", "-f"]],
  ["values of theirs", ["--target", "urn:pulumi:prod::geo-system::a", "-t", "**geo-site", "--color=never"]],
  ["a value that begins with a dash and is none of them", ["--target", "-"]],
])("passes on %s", (_, words) => {
  expect(unknownOption(words, help)).toBeUndefined();
});

it("names the nearest to an option that Pulumi does not know", () => {
  expect(unknownOption(["--yes", "--skip-previw"], help)).toBe(
    "unknown option --skip-previw; did you mean --skip-preview?",
  );
  expect(unknownOption(["--refesh=true"], help)).toBe("unknown option --refesh; did you mean --refresh?");
});

it("starts no CLI for what every one knows, and one for anything else", async () => {
  const noCli = { PATH: "" };
  const common = ["--config", "geo-system:port=2222", "-t", "**geo-site"];
  await refuseUnknownOptions("preview", common, noCli);
  await refuseUnknownOptions("up", [...common, "--yes", "-f"], noCli);
  await expect(refuseUnknownOptions("preview", ["--yes"], noCli)).rejects.toThrow("ENOENT");
  await expect(refuseUnknownOptions("up", ["--skip-previw"], noCli)).rejects.toThrow("ENOENT");
});

it("takes a -- between options for none of Pulumi's words", () => {
  expect(withoutSeparator(["--diff", "--", "--yes"])).toEqual(["--diff", "--yes"]);
});
