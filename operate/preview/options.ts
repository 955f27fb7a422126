/** Options of `npm run preview`. */
export interface PreviewOptions {
  stack?: string;
  markdown?: boolean;
  from?: string;
  output?: string;
  note?: string;
}

/** Options that cannot both be meant, and one that must not be. */
export function refuseContradictions(
  rest: readonly string[],
  { markdown, from, output, note }: PreviewOptions,
): void {
  const summarises = markdown || from !== undefined;
  if (!summarises && (output !== undefined || note !== undefined))
    throw new Error("--output and --note belong to a summary; next: add --markdown");
  if (from !== undefined && rest.length > 0)
    throw new Error(
      `--from runs no preview, so ${rest.join(" ")} means nothing; next: leave one of them out`,
    );
  if (summarises && rest.some((word) => word.startsWith("--show-secrets")))
    throw new Error(
      "--show-secrets would put secrets into a summary that is made to be shared; next: leave it out",
    );
}
