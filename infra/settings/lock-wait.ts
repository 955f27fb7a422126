/** `geo-system up --wait`: how long this run alone waits for another one; it counts more than `lockWait`. */
export function waitOfThisRun(): { lockWait?: number } {
  const wait = process.env.GEO_SYSTEM_LOCK_WAIT;
  return wait === undefined ? {} : { lockWait: Number(wait) };
}
