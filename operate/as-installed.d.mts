export function asInstalled(text: string): string;
