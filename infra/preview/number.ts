/** @example number(23_900) // "23,900" */
export const number = (value: number) => value.toLocaleString("en-US");
