/** @throws where no application has that name */
export function among(names: readonly string[], wanted: string | undefined): readonly string[] {
  if (wanted === undefined) return names;
  if (names.includes(wanted)) return [wanted];
  throw new Error(`--application: expected ${names.join(" or ")}, found ${wanted}`);
}
