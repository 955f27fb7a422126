/**
 * How an operator types Pulumi's CLI, in every advice: set-up puts it into the project, not on the PATH. The stack of a
 * sandbox is found by `npm run` alone, which says here how. On the host templates/scripts/head.sh says the same.
 *
 * @example pulumiLine("up") // "npx pulumi up"
 */
export const pulumiLine = (words: string) => `${process.env.GEO_SYSTEM_PULUMI || "npx pulumi"} ${words}`;
