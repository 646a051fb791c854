import type { AttemptRow } from '../storage/queries/delivery-attempts.ts';
import type { DeliveryRow } from '../storage/queries/deliveries.ts';
import { omitAbsent } from './omit-absent.ts';
import { wireTime } from './wire-values.ts';

const reasons = ['refused', 'unanswered', 'expired', 'user_deleted'] as const;

/** A delivery as responses show it. */
export function eventDeliveryView(row: DeliveryRow) {
  const time = (timeMs: number | null) => (timeMs === null ? undefined : wireTime(timeMs));
  return {
    deliveryId: row.deliveryId,
    endpointId: row.endpointId,
    eventId: row.eventId,
    type: row.type,
    state: row.state,
    isReplay: row.lane === 'replay',
    createdAt: wireTime(row.createdAt),
    attempts: row.tries,
    ...omitAbsent({
      userId: row.userId ?? undefined,
      deadBecause: reasons.find((reason) => reason === row.deadBecause),
      dueAt: time(row.dueAt),
      lastTriedAt: time(row.lastTriedAt),
      lastStatus: row.lastStatus ?? undefined,
      settledAt: time(row.settledAt),
    }),
  };
}

/** An attempt as responses show it; `body` is what it sent, if that is to be shown and is still there. */
export function eventAttemptView(row: AttemptRow, body?: string) {
  const { url, signature, bodyBytes, status } = row;
  return {
    attemptId: row.attemptId,
    endpointId: row.endpointId,
    deliveryIds: [...row.deliveryIds],
    startedAt: wireTime(row.startedAt),
    endedAt: wireTime(row.endedAt),
    request: { url, signature, bodyBytes, ...omitAbsent({ body }) },
    ...omitAbsent({
      response: status === null ? undefined : { status, body: row.reply ?? '' },
      failure: row.failure ?? undefined,
    }),
  };
}
