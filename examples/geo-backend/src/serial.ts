/** Runs jobs one after the other, in the order they came. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve();

  /** The job's own result or failure; a failure does not keep the next job from running. */
  run<T>(job: () => Promise<T> | T): Promise<T> {
    const result = this.#last.then(job);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Done when every job that was given so far is done. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
