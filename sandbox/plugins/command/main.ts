import { serve } from "../protocol/serve.ts";
import { copyToRemote } from "./copy-to-remote.ts";
import { remoteCommand } from "./remote-command.ts";

serve({
  name: "command",
  version: "1.2.1",
  resources: {
    "command:remote:Command": remoteCommand,
    "command:remote:CopyToRemote": copyToRemote,
  },
});
