import { check } from "./checks.ts";
import { takenPath } from "./taken-data.ts";

/*
 * What a preview cannot find by itself on a host that was set up by hand: docs/take-over.md.
 */

const application = "the name of a pm2 application or a systemd unit, such as api or geo-api.service";
const site = "the name of a file in /etc/nginx/sites-enabled, such as default";

export const takeOver = check.members({
  application: check.matching(/^[A-Za-z0-9][A-Za-z0-9:_.@-]*$/, application).optional(),
  site: check.matching(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, site).optional(),
  data: takenPath.optional(),
});
