import { z } from "zod";

/** A resource before or after; its inputs are what the program asked for. */
const state = z.object({ inputs: z.record(z.string(), z.unknown()).optional() });

const schema = z.object({
  steps: z
    .array(
      z.object({
        op: z.string(),
        urn: z.string(),
        oldState: state.optional(),
        newState: state.optional(),
        detailedDiff: z.record(z.string(), z.unknown()).nullish(),
      }),
    )
    .default([]),
  diagnostics: z
    .array(z.object({ urn: z.string().optional(), message: z.string(), severity: z.string() }))
    .default([]),
});

/** The stack that a preview is of, as its URNs name it; undefined where it has none. */
export function stackOfPreview({ steps }: Preview): string | undefined {
  return steps[0]?.urn.split(":")[2];
}

/** What `pulumi preview --json` says, as far as a summary needs it. */
export type Preview = z.infer<typeof schema>;
export type Operation = Preview["steps"][number];
export type Diagnostic = Preview["diagnostics"][number];

/**
 * Reads the output of `pulumi preview --json`.
 *
 * @param source names the text in an error: "preview.json"
 * @throws if the text is something else
 */
export function readPreview(text: string, source: string): Preview {
  const parsed = schema.safeParse(json(text, source));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw unreadable(source, `${issue?.path.join(".") || "the whole"}: ${issue?.message}`);
}

function json(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(source, text.trim() === "" ? "nothing" : (error as Error).message);
  }
}

export function unreadable(source: string, found: string): Error {
  return new Error(
    `${source}: expected the output of \`pulumi preview --json\`, found ${found}\n` +
      "  next: npm run -s pulumi -- preview --json > preview.json",
  );
}
