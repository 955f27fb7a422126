import { accessSync, constants } from "node:fs";
import { userInfo } from "node:os";
import { delimiter, join } from "node:path";

/**
 * The environment in which Pulumi's CLI is found: the project's own, the one on the PATH, or where its installer puts it.
 *
 * @throws where there is none
 */
export function ownEnvironment(folder: string, base: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const installer = join(base.PULUMI_HOME || join(userInfo().homedir, ".pulumi"), "bin");
  const places = [
    join(folder, "node_modules/.bin"),
    ...(base.PATH ?? "").split(delimiter).filter(Boolean),
    installer,
  ];
  if (places.some((place) => isExecutable(join(place, "pulumi"))))
    return { ...base, PATH: places.join(delimiter), PULUMI_SKIP_UPDATE_CHECK: "true" };
  throw new Error(
    `Pulumi's CLI: expected a command pulumi on the PATH, in ${places[0]} or in ${installer}, found none\n` +
      "  next: install it: https://www.pulumi.com/docs/install/",
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
