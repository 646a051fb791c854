import {
  afterAttempt,
  failingMsMax,
  isAccepted,
  isGone,
  outageMsMin,
  requestMs,
} from '../core/events/after-attempt.ts';
import { isLogType } from '../core/events/event-types.ts';
import { WebhookUnanswered, postSigned, signWebhook } from '../delivery/webhook.ts';
import { deferLaterDeliveries, settleDeliveries } from '../storage/queries/deliveries.ts';
import type { SettledDelivery, TakenBatch, TakenDelivery } from '../storage/queries/deliveries.ts';
import { recordAttempt } from '../storage/queries/delivery-attempts.ts';
import type { AttemptRow } from '../storage/queries/delivery-attempts.ts';
import { loadEndpoint, lockEndpoint, noteSuccess, recordEndpoint } from '../storage/queries/event-endpoints.ts';
import type { EndpointRow } from '../storage/queries/event-endpoints.ts';
import { isForeignKeyViolation } from '../storage/sql.ts';
import type { Sql } from '../storage/sql.ts';
import type { Context } from '../calls/context.ts';
import { tellPaused } from './tell-paused.ts';

/** Sends what was taken, and records what became of it. Returns the attempt; undefined if the endpoint is gone. */
export async function deliverEvents(context: Context, taken: TakenBatch): Promise<AttemptRow | undefined> {
  const attempt = await sendEvents(context, taken);
  if (attempt === undefined) return undefined;
  return (await settleEvents(context, taken, attempt)) ? attempt : undefined;
}

/** Sends what was taken, and records nothing of it. Undefined if there is nothing to send, or nobody to send it to. */
export async function sendEvents(context: Context, taken: TakenBatch): Promise<AttemptRow | undefined> {
  const endpoint = await loadEndpoint(context.db, taken.tenantId, taken.endpointId);
  if (endpoint === undefined) return undefined;
  await endEmptied(context, taken);
  const batch = withPayload(taken);
  return batch.deliveries.length === 0 ? undefined : send(context, endpoint, batch);
}

/** Records what became of deliveries that were sent. False if their endpoint was deleted meanwhile. */
export async function settleEvents(context: Context, taken: TakenBatch, attempt: AttemptRow): Promise<boolean> {
  const batch = withPayload(taken);
  try {
    await context.db.transaction(async (sql) => {
      await noteAttempt(sql, context, batch, attempt);
      await settle(sql, context.runtime, batch, attempt);
    });
    return true;
  } catch (error) {
    if (!isForeignKeyViolation(error)) throw error;
    return false;
  }
}

/** Records an attempt, and what it says of its endpoint. */
export async function noteAttempt(sql: Sql, context: Context, batch: TakenBatch, attempt: AttemptRow): Promise<void> {
  await recordAttempt(sql, batch.tenantId, attempt);
  if (batch.deliveries.some(({ lane }) => lane !== 'replay')) await judgeHealth(sql, context, batch, attempt);
}

function withPayload(taken: TakenBatch): TakenBatch {
  return { ...taken, deliveries: taken.deliveries.filter(({ payload }) => payload !== null) };
}

/** Ends deliveries whose event was taken away between two looks: there is nothing to send. */
async function endEmptied(
  { db, runtime }: Context,
  { tenantId, deliveries, leasedUntilMs }: TakenBatch,
): Promise<void> {
  const emptied = deliveries
    .filter(({ payload }) => payload === null)
    .map(({ deliveryId }) => ({ deliveryId, state: 'dead', dueMs: null, deadBecause: 'expired' }) as const);
  if (emptied.length === 0) return;
  await settleDeliveries(db, tenantId, emptied, { leasedUntilMs, nowMs: runtime.clock.now(), status: null });
}

async function send(context: Context, endpoint: EndpointRow, batch: TakenBatch): Promise<AttemptRow> {
  const { runtime, published, outbound } = context;
  const { tenantId, deliveries } = batch;
  const startedAt = runtime.clock.now();
  const body = bodyOf(endpoint, deliveries);
  const keys = published.tenant(tenantId)?.webhookKeys(startedAt) ?? [];
  const signature = signWebhook(keys, Math.floor(startedAt / 1000), body);
  const attempted = {
    attemptId: runtime.ids.uuid(),
    endpointId: endpoint.endpointId,
    deliveryIds: deliveries.map(({ deliveryId }) => deliveryId),
    url: endpoint.url,
    signature,
    bodyBytes: Buffer.byteLength(body),
    startedAt,
  };
  try {
    if (keys.length === 0) throw new WebhookUnanswered('The tenant has no server key to sign with.');
    const signal = runtime.timers.timeout(requestMs);
    const { status, text } = await postSigned(outbound, { url: endpoint.url, tenantId, body, signature, signal });
    // PostgreSQL's texts take no zero byte.
    const reply = (await text).replaceAll('\0', '');
    return { ...attempted, endedAt: runtime.clock.now(), status, reply, failure: null };
  } catch (error) {
    if (!(error instanceof WebhookUnanswered)) throw error;
    return { ...attempted, endedAt: runtime.clock.now(), status: null, reply: null, failure: error.message };
  }
}

/** The body of a request. The events of one are all log records, or it has one event. */
export function bodyOf(
  { sendsPublicKeys }: Pick<EndpointRow, 'sendsPublicKeys'>,
  deliveries: readonly Pick<TakenDelivery, 'type' | 'payload'>[],
): string {
  const texts = deliveries.flatMap(({ payload }) => (payload === null ? [] : [payload]));
  const [first = ''] = texts;
  if (deliveries.some(({ type }) => isLogType(type))) return `{"records":[${texts.join(',')}]}`;
  return sendsPublicKeys ? first : withoutPublicKey(first);
}

function withoutPublicKey(text: string): string {
  const name = 'credentialPublicKey';
  if (!text.includes(name)) return text;
  return JSON.stringify(JSON.parse(text), (key, value: unknown) => (key === name ? undefined : value));
}

async function settle(
  sql: Sql,
  { clock, random }: Context['runtime'],
  batch: TakenBatch,
  attempt: AttemptRow,
): Promise<void> {
  const { tenantId, endpointId, leasedUntilMs, deliveries } = batch;
  const nowMs = clock.now();
  const share = random.bytes(4).readUInt32BE() / 0x1_0000_0000;
  const settled = deliveries.map((delivery) => {
    const { lane, tries, type } = delivery;
    const after = afterAttempt(attempt, { lane, tries, isLog: isLogType(type), share });
    return { delivery, row: settledRow(delivery.deliveryId, after, nowMs) };
  });
  const how = { leasedUntilMs, nowMs, status: attempt.status };
  await settleDeliveries(
    sql,
    tenantId,
    settled.map(({ row }) => row),
    how,
  );
  const later = settled.flatMap(({ delivery: { userId, place }, row: { dueMs } }) =>
    userId === null || place === null || dueMs === null ? [] : [{ userId, place, dueMs }],
  );
  await deferLaterDeliveries(sql, tenantId, endpointId, later);
}

function settledRow(deliveryId: string, after: ReturnType<typeof afterAttempt>, nowMs: number): SettledDelivery {
  switch (after.kind) {
    case 'delivered':
      return { deliveryId, state: 'delivered', dueMs: null, deadBecause: null };
    case 'dead':
      return { deliveryId, state: 'dead', dueMs: null, deadBecause: after.because };
    case 'again':
      return { deliveryId, state: 'waiting', dueMs: nowMs + after.waitMs, deadBecause: null };
  }
}

/** What an attempt says of its endpoint: that it works, that it fails, or that it is to get nothing more. */
async function judgeHealth(sql: Sql, context: Context, batch: TakenBatch, attempt: AttemptRow): Promise<void> {
  const { tenantId, endpointId } = batch;
  const nowMs = context.runtime.clock.now();
  if (isAccepted(attempt)) {
    await noteSuccess(sql, tenantId, endpointId, nowMs);
    const seen = await loadEndpoint(sql, tenantId, endpointId);
    if (seen === undefined || (seen.failingSince === null && seen.pausedBecause !== 'gone')) return;
  }
  const endpoint = await lockEndpoint(sql, tenantId, endpointId);
  if (endpoint === undefined) return;
  const after = isAccepted(attempt) ? recovered(endpoint, nowMs) : failed(endpoint, attempt, nowMs);
  await recordEndpoint(sql, tenantId, after);
  if (after.state === 'paused' && endpoint.state === 'active') await tellPaused(sql, context, tenantId, after);
}

function recovered(endpoint: EndpointRow, nowMs: number): EndpointRow {
  const { failingSince, pausedBecause } = endpoint;
  // An operator's pause is ended by an operator.
  const isResumed = pausedBecause === 'failing' || pausedBecause === 'gone';
  const wasOut = isResumed || (failingSince !== null && nowMs - failingSince >= outageMsMin);
  return {
    ...endpoint,
    ...(isResumed ? { state: 'active', pausedBecause: null, pausedAt: null } : {}),
    failingSince: null,
    ...(wasOut ? { forwardSince: nowMs, forwardsRefused: false } : {}),
    lastDeliveredAt: nowMs,
    updatedAt: nowMs,
  };
}

function failed(endpoint: EndpointRow, attempt: AttemptRow, nowMs: number): EndpointRow {
  const failingSince = endpoint.failingSince ?? nowMs;
  const because = isGone(attempt) ? 'gone' : nowMs - failingSince >= failingMsMax ? 'failing' : undefined;
  return {
    ...endpoint,
    ...(because === undefined || endpoint.state === 'paused'
      ? {}
      : { state: 'paused', pausedBecause: because, pausedAt: nowMs }),
    failingSince,
    lastFailedAt: nowMs,
    lastFailure: attempt.failure ?? `The endpoint answered ${String(attempt.status)}.`,
    updatedAt: nowMs,
  };
}
