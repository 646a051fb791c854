import type { Clock } from '../runtime/runtime.ts';

const everyMs = 60_000;

/** Warns the operator about a problem that continues: once a minute for each subject, however often it occurs. */
export type WarnOnceAMinute = (subject: string, sentence: string) => void;

export function warnOnceAMinute(clock: Clock, warn: (problem: Error) => void): WarnOnceAMinute {
  const warnedMs = new Map<string, number>();
  return (subject, sentence) => {
    const nowMs = clock.steady();
    if (nowMs - (warnedMs.get(subject) ?? -Infinity) < everyMs) return;
    warnedMs.set(subject, nowMs);
    warn(new Error(sentence));
  };
}
