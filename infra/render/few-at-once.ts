/** Files that are open at the same time: a process may have 1024 on some machines, and each takes a buffer. */
const most = 64;

/** As `Promise.all`, for work that holds a file open. */
export async function fewAtOnce<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const left = items.entries();
  const worker = async () => {
    for (const [i, item] of left) results[i] = await work(item);
  };
  await Promise.all(Array.from({ length: most }, worker));
  return results;
}
