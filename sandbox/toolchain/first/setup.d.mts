/** Makes ready what `npm run setup` does, with these words of its command line, and says itself what went wrong. Its exit code. */
export function setup(args: string[]): Promise<number>;
