/** A WebSocket message as it came. */
export interface Frame {
  binary: boolean;
  data: Buffer;
}

/** What is sent: a text frame, or a binary one. */
export type Sent = string | Uint8Array;

/** A message as ws hands it over: in one piece, or in several. */
export function frameOf(data: Buffer | ArrayBuffer | Buffer[], binary: boolean): Frame {
  if (Array.isArray(data)) return { binary, data: Buffer.concat(data) };
  return { binary, data: Buffer.isBuffer(data) ? data : Buffer.from(data) };
}

export const textOf = ({ data }: Frame): string => data.toString();

/** For a report: the text, or the bytes in hex. */
export function shownFrame(frame: Frame): string {
  const text = textOf(frame);
  // A binary frame that holds readable text, such as JSON, is shown as that text.
  return frame.binary && !isReadable(text) ? `hex ${frame.data.toString("hex")}` : text;
}

function isReadable(text: string): boolean {
  return (
    ![...text].some((character) => character < " " && !"\t\r\n".includes(character)) && !text.includes("�")
  );
}
