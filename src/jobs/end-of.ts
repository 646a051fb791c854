/** Resolves when the signal aborts. */
export function endOf(patience: AbortSignal): Promise<'late'> {
  return new Promise((resolve) => {
    patience.addEventListener('abort', () => resolve('late'), { once: true });
  });
}
