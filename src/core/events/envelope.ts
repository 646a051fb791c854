import { isLogType } from './event-types.ts';
import type { EventType } from './event-types.ts';

/** What happened. Flat: official SDKs type the members of `data` as texts. A member that is undefined is left out. */
export type EventData = Readonly<Record<string, string | undefined>>;

/** Members of a log record, which need not be flat. */
export type EventRecord = Readonly<Record<string, unknown>>;

interface Enveloped {
  /** Unique per event, however often and to however many endpoints it is sent: receivers detect repeats by it. */
  readonly eventId: string;
  readonly tenantId: string;
  readonly type: EventType;
  readonly happenedAtMs: number;
  readonly data: EventData | EventRecord;
}

/** The text of an event as it is stored and sent (server-api 8.1). `source` is a constant of the wire contract. */
export function envelopeText({ eventId, tenantId, type, happenedAtMs, data }: Enveloped): string {
  const time = new Date(happenedAtMs).toISOString();
  const head = { version: 1, id: eventId, source: 'https://authsignal.com', time, tenantId, type };
  return JSON.stringify(isLogType(type) ? { ...head, record: data } : { ...head, data });
}
