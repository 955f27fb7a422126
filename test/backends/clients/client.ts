/** Where a backend is reached from outside, through nginx. */
export interface Place {
  /** `203.0.113.7`, or with a port. */
  host: string;
  /** The path that nginx upgrades. */
  path: string;
}

/** What a backend says of itself to everyone who comes in: its release, and what its case asks for. */
export interface Hello extends Record<string, unknown> {
  release: number;
}

/** What a client that stays connected saw, in order. */
export type Seen = { kind: "hello"; at: number; hello: Hello } | { kind: "closed"; at: number; how: string };

/** The client of one protocol, from the library that people use, with that library's defaults. */
export interface Client {
  /** A new user: connects, is let in, hears the hello, leaves. Rejects with what went wrong. */
  visit(place: Place): Promise<Hello>;
  /** A user who stays: reports each hello and each loss, and reconnects as the library does. */
  stay(place: Place, see: (seen: Seen) => void): Disposable;
}

/** Milliseconds in which a new user must be let in. */
export const patience = 10_000;

/** Waits for what a client's callbacks say; `leave` runs in either case. */
export async function answered<T>(
  begin: (resolve: (value: T) => void, reject: (error: Error) => void) => () => void,
): Promise<T> {
  let leave = () => {};
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no hello within ${patience / 1000} s`)), patience);
      leave = begin(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
    leave();
  }
}

export const seenHello = (hello: Hello): Seen => ({ kind: "hello", at: performance.now(), hello });
export const seenClose = (how: string | number): Seen => ({
  kind: "closed",
  at: performance.now(),
  how: String(how),
});
