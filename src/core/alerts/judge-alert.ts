/** An alert as it stands, and what was counted for it. */
export interface AlertStanding {
  readonly count: number;
  readonly threshold: number;
  readonly quietMinutes: number;
  /** Since when it is raised; null if it is not. */
  readonly raisedAt: number | null;
  /** When the threshold was last reached. */
  readonly reachedAt: number | null;
}

/**
 * What becomes of an alert: one message when the threshold is reached, and one when it has not been reached for the quiet
 * time. In between it stays raised, whatever it counts, so that one incident makes two messages.
 */
export function judgeAlert(
  { count, threshold, quietMinutes, raisedAt, reachedAt }: AlertStanding,
  nowMs: number,
): 'raise' | 'prolong' | 'end' | 'keep' {
  if (count >= threshold) return raisedAt === null ? 'raise' : 'prolong';
  const isQuiet = nowMs - (reachedAt ?? 0) >= quietMinutes * 60_000;
  return raisedAt !== null && isQuiet ? 'end' : 'keep';
}
