/** How a delivery is sent: alone, with others in one request, or once at an operator's wish. */
export type Lane = 'single' | 'batch' | 'replay' | 'test';

/** What an endpoint did with a request; a status of null: it gave no answer. */
export interface Answer {
  readonly status: number | null;
}

/** What follows for a delivery. */
export type AfterAttempt =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'again'; readonly waitMs: number }
  | { readonly kind: 'dead'; readonly because: 'refused' | 'unanswered' };

/** Log events of one request. */
export const recordsMax = 500;

/** How long a request may take. */
export const requestMs = 10_000;

/** Longer than it takes to send and settle; after that, another node takes over from a crashed one (F40). */
export const leaseMs = 25_000;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const waitsMs = [minuteMs / 2, 5 * minuteMs, 30 * minuteMs, 2 * hourMs, 5 * hourMs] as const;
const laterMs = 10 * hourMs;
/** So often is an event tried that the endpoint itself refuses. */
const refusalsMax = 6;

/** An endpoint that failed for less time may have met one event that it cannot take. */
export const outageMsMin = 30_000;

/** How long an endpoint may fail before nothing more is sent to it. */
export const failingMsMax = 5 * 24 * hourMs;

export function isAccepted({ status }: Answer): boolean {
  return status !== null && status >= 200 && status <= 299;
}

/** 410: the endpoint is meant to be gone. */
export function isGone({ status }: Answer): boolean {
  return status === 410;
}

// Of these, a later try may be accepted: too slow, in conflict, too early, too often.
const passing = new Set([408, 409, 425, 429]);

/** Whether an endpoint refuses this event, and would refuse it again. */
function isRefused({ status }: Answer): boolean {
  return status !== null && status >= 400 && status <= 499 && !passing.has(status) && status !== 410;
}

/**
 * What follows an attempt. `tries` includes it; `share`, from 0 to 1, varies the wait by up to a fifth, so that what failed
 * together is not tried together. Log events never die by an answer: whoever collects them must miss none.
 */
export function afterAttempt(
  answer: Answer,
  { lane, tries, isLog, share }: { lane: Lane; tries: number; isLog: boolean; share: number },
): AfterAttempt {
  if (isAccepted(answer)) return { kind: 'delivered' };
  const because = answer.status === null ? 'unanswered' : 'refused';
  if (lane === 'replay' || lane === 'test') return { kind: 'dead', because };
  if (isRefused(answer) && !isLog && tries >= refusalsMax) return { kind: 'dead', because };
  const waitMs = waitsMs[tries - 1] ?? laterMs;
  return { kind: 'again', waitMs: Math.round(waitMs * (0.8 + 0.4 * share)) };
}
