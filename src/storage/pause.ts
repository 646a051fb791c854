/** Resolves after `ms`, without keeping the process alive. The database's own time-outs rest on it, which are never simulated. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    AbortSignal.timeout(Math.ceil(ms)).addEventListener('abort', () => resolve());
  });
}
