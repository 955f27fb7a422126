export const commands: Record<
  string,
  { entry: string; setup: "packages" | "pulumi"; checkout?: boolean; says: string } | undefined
>;

export function namesOf(form: { checkout: boolean }): string[];
