/** What a check before an order found: what surely fails is refused, what may, or cannot be known, is a note. */
export interface Finding {
  refused: boolean;
  text: string;
}

export const refuse = (text: string): Finding => ({ refused: true, text });
export const note = (text: string): Finding => ({ refused: false, text });
