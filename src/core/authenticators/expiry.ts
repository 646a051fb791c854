/** The credentials of apps may expire (client-api 6.2). */

interface Expiring {
  readonly state: Readonly<Record<string, unknown>>;
}

/** When an authenticator stops working, in Unix milliseconds; undefined if it does not. */
export function expiryOf({ state }: Expiring): number | undefined {
  const { expiresAt } = state;
  if (expiresAt === undefined) return undefined;
  const atMs = typeof expiresAt === 'string' ? Date.parse(expiresAt) : NaN;
  // One that cannot be read has passed (I5).
  return Number.isNaN(atMs) ? 0 : atMs;
}

export function hasExpired(row: Expiring, nowMs: number): boolean {
  const atMs = expiryOf(row);
  return atMs !== undefined && atMs <= nowMs;
}
