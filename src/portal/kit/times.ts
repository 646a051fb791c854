/** Times as operators read them, in their own time zone, by `Intl` alone. */
import { timesTexts } from '#portal-texts/kit.ts';
import { locale, timeLocale } from '#portal-texts/locale.ts';
import { fill } from './fill.ts';

const clockForm = new Intl.DateTimeFormat(timeLocale, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const dayForm = new Intl.DateTimeFormat(timeLocale, { day: 'numeric', month: 'short' });
const yearForm = new Intl.DateTimeFormat(timeLocale, { day: 'numeric', month: 'short', year: 'numeric' });
const wholeForm = new Intl.DateTimeFormat(timeLocale, { dateStyle: 'full', timeStyle: 'long' });
const relativeForm = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });

/** "14:03:22" today, "3 Mar 14:03:22" earlier. */
export function clockTime(iso: string, now = new Date()): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const clock = clockForm.format(at);
  return at.toDateString() === now.toDateString() ? clock : `${day(iso, now)} ${clock}`;
}

/** "3 Mar", with the year if it is another one. */
export function day(iso: string, now = new Date()): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  return (at.getFullYear() === now.getFullYear() ? dayForm : yearForm).format(at);
}

/** Everything, with the weekday and the time zone. */
export function wholeTime(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : wholeForm.format(at);
}

const steps = [
  [60, 'second', 1],
  [3_600, 'minute', 60],
  [86_400, 'hour', 3_600],
  [Number.POSITIVE_INFINITY, 'day', 86_400],
] as const;

/** "5 min. ago" or "in 3 days". */
export function relativeTime(iso: string, now = Date.now()): string {
  const seconds = (new Date(iso).getTime() - now) / 1_000;
  if (Number.isNaN(seconds)) return iso;
  if (Math.abs(seconds) < 5) return timesTexts.now;
  const [, unit, size] = steps.find(([below]) => Math.abs(seconds) < below) ?? steps[3];
  return relativeForm.format(Math.trunc(seconds / size), unit);
}

/** "350 ms", "4.2 s" or "3 min" between two times. */
export function between(from: string, to: string): string {
  const ms = new Date(to).getTime() - new Date(from).getTime();
  if (!Number.isFinite(ms)) return '';
  if (ms < 1_000) return fill(timesTexts.milliseconds, { count: ms });
  if (ms < 60_000) return fill(timesTexts.seconds, { count: (ms / 1_000).toFixed(1) });
  return ms < 3_600_000
    ? fill(timesTexts.minutes, { count: Math.round(ms / 60_000) })
    : fill(timesTexts.hours, { count: Math.round(ms / 3_600_000) });
}

/** What an input for date and time holds, in the operator's time zone. */
export function toLocalInput(iso: string | undefined): string {
  const at = new Date(iso ?? '');
  if (Number.isNaN(at.getTime())) return '';
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function fromLocalInput(local: string): string | undefined {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
