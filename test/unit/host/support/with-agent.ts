// A program of its own, so that a test can kill it: prints its agent's socket and waits.
import { withAgent } from "../../../../infra/host/agent.ts";

await withAgent(process.argv.slice(2), async () => {
  console.log(process.env.SSH_AUTH_SOCK);
  await new Promise((resolve) => setTimeout(resolve, 60_000));
});
