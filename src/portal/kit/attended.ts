/**
 * Whether somebody is there. Pages ask for news by themselves only while they are: a call keeps the session alive, and
 * one that nobody asked for must not.
 */
let usedAt = Date.now();
const attendedMs = 5 * 60_000;

export function followAttendance(): void {
  const note = () => {
    usedAt = Date.now();
  };
  for (const type of ['pointermove', 'pointerdown', 'keydown', 'wheel'] as const) {
    addEventListener(type, note, { passive: true });
  }
}

export function isAttended(): boolean {
  return document.visibilityState === 'visible' && Date.now() - usedAt < attendedMs;
}
