const units: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * A length of time in milliseconds: `90s`, `10m`, `2h`, `1d`.
 *
 * @throws with the option's name where it is none
 */
export function milliseconds(text: string, option: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  const factor = units[unit];
  if (number === undefined || factor === undefined)
    throw new Error(`${option}: expected a time such as 90s, 10m or 2h, found ${text}`);
  return Number(number) * factor;
}
