import type { EndpointRow } from '../storage/queries/event-endpoints.ts';
import { recordAuditEvent } from '../storage/queries/audit-events.ts';
import { recordEvent } from '../storage/queries/events.ts';
import { queueMailOf } from '../storage/queries/operator-mails.ts';
import type { Sql } from '../storage/sql.ts';
import type { Context } from '../calls/context.ts';

const reasons = {
  failing: 'It has accepted nothing for five days, so no more events are sent to it.',
  gone: 'It has answered 410 Gone, so no more events are sent to it.',
  operator: 'An operator has paused it.',
} as const;

/** Tells that an endpoint gets nothing more: its contacts, the audit log, and other endpoints that ask for it. */
export async function tellPaused(
  sql: Sql,
  { runtime, warnOnceAMinute }: Pick<Context, 'runtime' | 'warnOnceAMinute'>,
  tenantId: string,
  { endpointId, url, contacts, pausedBecause }: EndpointRow,
): Promise<void> {
  const nowMs = runtime.clock.now();
  const because = pausedBecause ?? 'failing';
  await recordAuditEvent(sql, {
    tenantId,
    eventId: runtime.ids.uuid(),
    happenedAtMs: nowMs,
    actor: { kind: 'job', id: 'deliver-events' },
    eventType: 'event_endpoint.paused',
    userId: undefined,
    requestId: undefined,
    data: { endpointId, because },
  });
  await recordEvent(sql, runtime, {
    tenantId,
    type: 'endpoint.paused',
    userId: undefined,
    data: { endpointId, because, pausedAt: new Date(nowMs).toISOString() },
  });
  const mail = {
    heading: 'An event endpoint is paused',
    description: reasons[because],
    facts: [
      ['Endpoint:', new URL(url).host],
      ['Id:', endpointId],
    ],
    place: { path: '', label: 'Open the portal' },
    advice:
      'Its events wait. Once it accepts requests, resume it or send it a test event: what waits then follows, oldest first. What is older than the period for which the tenant keeps events is not sent any more.',
  } as const;
  await queueMailOf(sql, runtime, tenantId, 'endpoints', mail, contacts);
  warnOnceAMinute(
    `endpoint ${endpointId}`,
    `The event endpoint ${endpointId} of tenant ${tenantId} is paused (${because}).`,
  );
}
