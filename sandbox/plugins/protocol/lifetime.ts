/**
 * Ends this process when the one that started it is gone. The engine ends its plug-ins itself; this is for
 * an engine that was killed, so that nothing stays behind.
 */
export function endWithParent(everyMilliseconds = 1000): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, everyMilliseconds);
  timer.unref();
}
