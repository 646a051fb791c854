import type { EndpointRow } from '../storage/queries/event-endpoints.ts';
import { omitAbsent } from './omit-absent.ts';
import { wireTime } from './wire-values.ts';

/** An endpoint as responses show it. */
export function eventEndpointView(row: EndpointRow) {
  const time = (timeMs: number | null) => (timeMs === null ? undefined : wireTime(timeMs));
  return {
    endpointId: row.endpointId,
    url: row.url,
    eventTypes: [...row.types],
    includeCredentialPublicKey: row.sendsPublicKeys,
    notifyEmails: [...row.contacts],
    state: row.state,
    createdAt: wireTime(row.createdAt),
    updatedAt: wireTime(row.updatedAt),
    ...omitAbsent({
      setting: row.source === 'own' ? undefined : row.source,
      description: row.description ?? undefined,
      pausedBecause: row.pausedBecause ?? undefined,
      pausedAt: time(row.pausedAt),
      failingSince: time(row.failingSince),
      lastDeliveredAt: time(row.lastDeliveredAt),
      lastFailedAt: time(row.lastFailedAt),
      lastFailure: row.lastFailure ?? undefined,
    }),
  };
}
