import type { PageTextId } from '../../texts/page-texts.ts';
import type { Words } from './page.ts';

/** Texts by id with their values filled in. A missing text, which only an old tab can have, returns its id. */
export function wordsOf(
  locale: string,
  texts: Readonly<Record<string, string>>,
  always: Readonly<Record<string, string>>,
): Words {
  const raw = (id: PageTextId, values: Readonly<Record<string, string>> = {}) =>
    (texts[id] ?? id).replace(/\{(\w+)\}/g, (_match, name: string) => values[name] ?? always[name] ?? '');
  return {
    locale,
    raw,
    say: (id, values) => raw(id, values).replace(/<\/?(?:identifier|link)>/g, ''),
  };
}

/**
 * A duration in the language: "45 seconds", "2 minutes", "1 hour". Rounded up, so that users do not return too early.
 */
export function sayDuration(locale: string, seconds: number): string {
  const [count, unit] =
    seconds < 60
      ? ([Math.max(1, Math.ceil(seconds)), 'second'] as const)
      : seconds < 3600
        ? ([Math.ceil(seconds / 60), 'minute'] as const)
        : ([Math.ceil(seconds / 3600), 'hour'] as const);
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
}

/** A number of days in the language: "30 days". */
export function sayDays(locale: string, days: number): string {
  return new Intl.NumberFormat(locale, { style: 'unit', unit: 'day', unitDisplay: 'long' }).format(days);
}

/** A time to the minute. In UTC, with the zone shown: server and browser need not know where the user is. */
export function sayMinute(locale: string, iso: string): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
  return `${format.format(new Date(iso))} UTC`;
}

/** A day in the format of the language. */
export function sayDay(locale: string, iso: string): string {
  // Server and browser may be in different time zones, and the first paint must not differ from what replaces it.
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(iso));
}
