import { UNKNOWN } from '../rules/value.ts';
import type { Value } from '../rules/value.ts';
import type { Fact } from './fact.ts';

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const formats = new Map<string, Intl.DateTimeFormat>();

/** Facts about the occasion itself: the action and the time, by the database's clock. */
export const occasionFacts: readonly Fact[] = [
  {
    path: 'action.code',
    type: 'string',
    meaning: 'The action code.',
    madeFrom: 'the path of track',
    nullWhen: 'never',
    compute: ({ actionCode }) => actionCode,
  },
  {
    path: 'time.hourUtc',
    type: 'number',
    meaning: 'Hour of the day in UTC, 0 to 23.',
    madeFrom: 'the server’s time',
    nullWhen: 'never',
    compute: ({ nowMs }) => new Date(nowMs).getUTCHours(),
  },
  {
    path: 'time.dayOfWeekUtc',
    type: 'number',
    meaning: 'Day of the week in UTC, 0 is Sunday.',
    madeFrom: 'the server’s time',
    nullWhen: 'never',
    compute: ({ nowMs }) => new Date(nowMs).getUTCDay(),
  },
  {
    path: 'time.hour',
    type: 'number',
    meaning:
      'Hour of the day in the tenant’s time zone, 0 to 23. The hour that is repeated when summer time ends occurs twice.',
    madeFrom: 'the server’s time and the tenant setting `timeZone`',
    nullWhen: 'never',
    compute: ({ nowMs, timeZone }) => inZone(nowMs, timeZone, 'hour'),
  },
  {
    path: 'time.dayOfWeek',
    type: 'number',
    meaning: 'Day of the week in the tenant’s time zone, 0 is Sunday.',
    madeFrom: 'the server’s time and the tenant setting `timeZone`',
    nullWhen: 'never',
    compute: ({ nowMs, timeZone }) => inZone(nowMs, timeZone, 'weekday'),
  },
];

function inZone(nowMs: number, timeZone: string, part: 'hour' | 'weekday'): Value {
  let format = formats.get(timeZone);
  if (format === undefined) {
    try {
      format = new Intl.DateTimeFormat('en-US', { timeZone, hour: 'numeric', hourCycle: 'h23', weekday: 'short' });
    } catch {
      // This machine's data does not have the stored time zone.
      return UNKNOWN;
    }
    formats.set(timeZone, format);
  }
  const text = format.formatToParts(nowMs).find(({ type }) => type === part)?.value ?? '';
  return part === 'hour' ? Number(text) : weekdays.indexOf(text);
}
