import { setTimeout } from "node:timers/promises";

/** What a host asks between its proof and its verdict. */
export interface Member {
  /** It is proven. Settles once it is known why its release must not stay; with undefined where it stays. */
  proven(): Promise<string | undefined>;
  /** Its verdict is given; the host said `text` to it. */
  ended(text: string): void;
  /** It failed. Settles once every other host that had begun is back, with what each of them said. */
  failed(): Promise<string[]>;
}

/** The longest that a host which failed waits for the others, each of which takes its own release back in time. */
const patienceMs = 600_000;

/**
 * Releases of which all stay or none: on each host the release waits for its verdict until every host is proven, or one has
 * failed. Verdicts that keep go over the hosts in the batches of the run, so that clients do not all move at once.
 */
export class AllOrNone {
  readonly #size: number;
  readonly #before: (name: string) => Promise<readonly string[]>;
  readonly #begun = new Set<string>();
  readonly #proven = new Set<string>();
  readonly #ends = new Map<string, PromiseWithResolvers<string>>();
  readonly #proofs = new Map<string, PromiseWithResolvers<string>>();
  readonly #failures = new Map<string, Promise<string[]>>();
  readonly #decided = withResolvers<string | undefined>();

  /**
   * @param size how many hosts there are
   * @param before the hosts whose verdicts come before that of a host
   */
  constructor(size: number, before: (name: string) => Promise<readonly string[]>) {
    this.#size = size;
    this.#before = before;
  }

  /** It is the turn of this host. */
  begin(name: string): void {
    this.#begun.add(name);
  }

  /** Settles when the host is proven. */
  provenOf(name: string): Promise<string> {
    return of(this.#proofs, name).promise;
  }

  memberOf(name: string): Member {
    return {
      proven: () => this.#prove(name),
      ended: (text) => this.#end(name).resolve(text),
      failed: () => this.#failOnce(name),
    };
  }

  async #prove(name: string): Promise<string | undefined> {
    this.#proven.add(name);
    of(this.#proofs, name).resolve(name);
    if (this.#proven.size === this.#size) this.#decided.resolve(undefined);
    const why = await this.#decided.promise;
    if (why === undefined) await this.#endsOf(await this.#before(name));
    return why;
  }

  /** It may be told twice, by the proof that failed and by the error that ends it: the others are waited for once. */
  #failOnce(name: string): Promise<string[]> {
    const failure = this.#failures.get(name) ?? this.#fail(name);
    this.#failures.set(name, failure);
    return failure;
  }

  async #fail(name: string): Promise<string[]> {
    this.#decided.resolve(`host ${name} failed`);
    this.#end(name).resolve("");
    const others = [...this.#begun].filter((each) => each !== name);
    const given = new AbortController();
    const ends = this.#endsOf(others);
    const late = setTimeout(patienceMs, [], { ref: false, signal: given.signal }).catch(() => []);
    const texts = await Promise.race([ends, late]);
    given.abort();
    return texts.flatMap((text, i) => (text ? [`${others[i]}: ${text}`] : []));
  }

  #endsOf = (names: readonly string[]) => Promise.all(names.map((name) => this.#end(name).promise));

  #end = (name: string) => of(this.#ends, name);
}

interface PromiseWithResolvers<T> {
  promise: Promise<T>;
  resolve: (value: T) => void;
}

function of(all: Map<string, PromiseWithResolvers<string>>, name: string): PromiseWithResolvers<string> {
  const one = all.get(name) ?? withResolvers<string>();
  all.set(name, one);
  return one;
}

function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
