/**
 * Resolves after `ms` of real time, in every runtime, without keeping the process alive. For the database's own time-outs:
 * no test simulates the time of a database server.
 */
export function realPause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    AbortSignal.timeout(Math.ceil(ms)).addEventListener('abort', () => resolve());
  });
}
