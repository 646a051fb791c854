/** Texts are counted by whole hours, so that a count is read from few rows. */
export const hourMs = 60 * 60 * 1000;

/** For how long it is remembered that a number verified, and that codes of a range were entered. */
export const rememberedMs = 30 * 24 * hourMs;

/** The start of the hour that a time is in. */
export function hourAt(timeMs: number): number {
  return Math.floor(timeMs / hourMs) * hourMs;
}

/** About how many were sent within the hour before: this hour's, and of the last hour's as much as is not over. */
export function sentInHour(thisHour: number, lastHour: number, nowMs: number): number {
  return thisHour + lastHour * (1 - (nowMs - hourAt(nowMs)) / hourMs);
}
