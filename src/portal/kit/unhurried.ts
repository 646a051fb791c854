/** How much longer than each call the pause after it is: proofs of users take place on the same server (F36). */
const restsPerCall = 19;
/** So that whoever stops it does not wait for long. */
const restMsMax = 2_000;

/** Resolves when a caller that wants much and has time may call again, after a call that began then (`performance.now()`). */
export function rest(startedMs: number): Promise<void> {
  return new Promise((resolve) =>
    setTimeout(resolve, Math.min(restMsMax, restsPerCall * (performance.now() - startedMs))),
  );
}
