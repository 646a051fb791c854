/** What happened for a tenant, as metrics count it and as its alerts do. */

/** How a proof ended: `exhausted` for a guess where none was left, `rejected` for a key that was not accepted. */
export type ProofResult = 'accepted' | 'wrong' | 'exhausted' | 'replayed' | 'rejected';

/** How a send ended: `refused` by the provider, `failed` before it got there, `unknown` whether it arrives. */
export const sendResults = ['taken', 'refused', 'failed', 'unknown'] as const;
export type SendResult = (typeof sendResults)[number];

/** What was used before and came again. */
type Replay = 'code' | 'key-response' | 'refresh-token';

/** Told by operations what happened. It counts in memory alone, and so costs a request next to nothing. */
export interface Meter {
  /** An action was decided. */
  decided(tenantId: string, state: string): void;
  /** A proof was accepted or not. */
  proved(tenantId: string, method: string, result: ProofResult): void;
  /** A guess was spent that leaves the method locked, unless that guess is right. */
  lockedOut(tenantId: string, method: string): void;
  /** A message was handed to a provider, or should have been. */
  sent(tenantId: string, provider: string, result: SendResult): void;
  /** Whether a text may be sent was decided. */
  judgedText(tenantId: string, reason: string, result: string): void;
  replayed(what: Replay): void;
}
