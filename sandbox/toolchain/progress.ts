/** What a task says while it is at work: one line, replaced by the next. */
export interface Task {
  output: string;
}

/** "40 s", "3 min 5 s". */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/**
 * Keeps a task's line fresh, with the time that has passed: every second on a terminal, every half minute in a
 * log. Stops with the block that holds it.
 *
 * @example using line = progress(task); line.say("412 of 1682 packages");
 */
export function progress(task: Task, terminal = process.stdout.isTTY === true): Progress {
  const start = Date.now();
  let text = "";
  const show = () => {
    if (text) task.output = `${text}, ${duration(Date.now() - start)}`;
  };
  const timer = setInterval(show, terminal ? 1000 : 30_000);
  return {
    say: (now) => {
      text = now;
    },
    elapsed: () => duration(Date.now() - start),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

export interface Progress extends Disposable {
  say(text: string): void;
  elapsed(): string;
}
