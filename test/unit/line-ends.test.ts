import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../infra/package-root.ts";
import { checkoutOf, folderOf, git } from "../support/checkout.ts";

test("a clone on Windows has the scripts as they run on Linux", () => {
  const files = { ".gitattributes": readFileSync(join(packageRoot, ".gitattributes"), "utf8") };
  const origin = checkoutOf({ ...files, "apply.sh": "#!/bin/sh\necho done\n" });
  const clone = join(folderOf({}), "clone");
  git(origin, "-c", "core.autocrlf=true", "clone", "--quiet", "-c", "core.autocrlf=true", origin, clone);
  expect(readFileSync(join(clone, "apply.sh"), "utf8")).toBe("#!/bin/sh\necho done\n");
});
