const minuteMs = 60_000;

/** How many within which time, as operators configure it for a method; undefined if no such limit is stored. */
export function readRateLimit(stored: unknown): { readonly max: number; readonly windowMs: number } | undefined {
  const { rateLimit, windowInMinutes } = (stored ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof rateLimit !== 'number' || typeof windowInMinutes !== 'number') return undefined;
  return { max: rateLimit, windowMs: windowInMinutes * minuteMs };
}
