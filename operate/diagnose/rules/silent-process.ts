import { type Rule, worry } from "./rule.ts";

/**
 * One of several hangs, and a client meets it now and then. With a login the host says which one, so it is asked only
 * without.
 */
export const someSilent: Rule = ({ target, outside: { many } }) => {
  if (!many || many.silent === 0 || many.silent === many.asked) return undefined;
  const answered = many.asked - many.silent;
  return {
    ...{ hop: "upgrade", severity: "fail" },
    cause: `${many.silent} of ${many.asked} connections at once get no answer: one of nginx's workers, of the backend's processes or of the machines behind ${target.host} hangs`,
    evidence: [`${answered} were answered; ${many.silent} were accepted, and nothing came on them`],
    fix: [
      "# with a login to the host, diagnose names the one that hangs: --identity FILE, or an agent that holds its key",
      "# on the host: ps -C nginx,node -o pid,stat,args (T: stopped by a signal, D: waits for a disk); sudo kill -CONT PID",
      `# the machines behind the name, each by its address: getent ahosts ${target.host}`,
    ],
    worry: worry.some,
  };
};
