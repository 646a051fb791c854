/** Authenticators that were added in recovery count for little for a while (ruling 41). */
import { assurances } from '../rules/rule-set.ts';
import type { Assurance } from '../rules/rule-set.ts';

/** Until when an authenticator is held and what it was added under, as the table keeps it. */
export interface HoldColumns {
  /** Unix milliseconds; null if it never was, or is not any more. */
  readonly held_until: number | null;
  /** The assurance of the proof that it was added under. */
  readonly held_assurance: string | null;
  /** The method of that proof, where it was none of the user's own authenticators. */
  readonly held_method: string | null;
}

export const unheld: HoldColumns = { held_until: null, held_assurance: null, held_method: null };

export function isHeld({ held_until: until }: Pick<HoldColumns, 'held_until'>, nowMs: number): boolean {
  return until !== null && nowMs < until;
}

/** How much a proof by an authenticator counts that has shown `shown`: while it is held, no more than what it was added under. */
export function countedAssurance(hold: HoldColumns, shown: Assurance, nowMs: number): Assurance {
  if (!isHeld(hold, nowMs)) return shown;
  // What cannot be read counts least (I5).
  const cap = assurances.find((assurance) => assurance === hold.held_assurance) ?? 'low';
  return assurances.indexOf(cap) < assurances.indexOf(shown) ? cap : shown;
}

interface Placed extends Pick<HoldColumns, 'held_until'> {
  readonly verification_method: string;
  readonly slot: string;
}

/** The slot of an authenticator that waits to take the place of the one of its method. */
export const successorSlot = 'successor';

/** Whether an authenticator has waited long enough to take the place of the one of its method. */
export function isDueSuccessor(row: Placed, nowMs: number): boolean {
  return row.slot === successorSlot && !isHeld(row, nowMs);
}

/** Authenticators as they stand now, also where a successor's time has come and nothing has moved it yet. */
export function withoutSuperseded<Row extends Placed>(rows: readonly Row[], nowMs: number): readonly Row[] {
  const due = rows.filter((row) => isDueSuccessor(row, nowMs));
  if (due.length === 0) return rows;
  const isSuperseded = ({ slot, verification_method: method }: Row) =>
    slot === '' && due.some((row) => row.verification_method === method);
  return rows
    .filter((row) => !isSuperseded(row))
    .map((row) => (isDueSuccessor(row, nowMs) ? { ...row, slot: '' } : row));
}
