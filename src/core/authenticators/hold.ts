/** Authenticators added in recovery have a low assurance for a while (ruling 41). */
import { assurances } from '../rules/rule-set.ts';
import type { Assurance } from '../rules/rule-set.ts';
import { isOwn, isSuccessor, slots } from './slot.ts';
import type { Slot } from './slot.ts';

/** Until when an authenticator is on hold and what it was added under, as the table stores it. */
export interface HoldColumns {
  /** Unix milliseconds; null if it was never on hold, or no longer is. */
  readonly heldUntil: number | null;
  /** The assurance of the proof that it was added under. */
  readonly heldAssurance: string | null;
  /** The method of that proof, if it was not one of the user's own authenticators. */
  readonly heldMethod: string | null;
}

export const unheld: HoldColumns = { heldUntil: null, heldAssurance: null, heldMethod: null };

export function isHeld({ heldUntil: until }: Pick<HoldColumns, 'heldUntil'>, nowMs: number): boolean {
  return until !== null && nowMs < until;
}

/**
 * The assurance of a proof that has shown `shown`: while its authenticator is on hold, no more than what it was added
 * under.
 */
export function countedAssurance(hold: HoldColumns, shown: Assurance, nowMs: number): Assurance {
  if (!isHeld(hold, nowMs)) return shown;
  // An unreadable value counts as the lowest (I5).
  const cap = assurances.find((assurance) => assurance === hold.heldAssurance) ?? 'low';
  return assurances.indexOf(cap) < assurances.indexOf(shown) ? cap : shown;
}

interface Placed extends Pick<HoldColumns, 'heldUntil'> {
  readonly verificationMethod: string;
  readonly slot: Slot;
}

/** Whether an authenticator has waited long enough to replace the one of its method. */
export function isDueSuccessor(row: Placed, nowMs: number): boolean {
  return isSuccessor(row) && !isHeld(row, nowMs);
}

/** The authenticators as they count now, even if a successor's hold has ended and it has not been moved yet. */
export function withoutSuperseded<Row extends Placed>(rows: readonly Row[], nowMs: number): readonly Row[] {
  const due = rows.filter((row) => isDueSuccessor(row, nowMs));
  if (due.length === 0) return rows;
  const isSuperseded = (row: Row) =>
    isOwn(row) && due.some(({ verificationMethod }) => verificationMethod === row.verificationMethod);
  return rows
    .filter((row) => !isSuperseded(row))
    .map((row) => (isDueSuccessor(row, nowMs) ? { ...row, slot: slots.own } : row));
}
