/** The path of `entry` of the checkout with all it imports, in one file, made again when one of `folders` changed. */
export function bundled(program: { name: string; entry: string; folders: string[] }): Promise<string>;
