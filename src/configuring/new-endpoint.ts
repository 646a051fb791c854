import type { Runtime } from '../runtime/runtime.ts';
import type { EndpointRow } from '../storage/queries/event-endpoints.ts';

/** An endpoint that nothing was sent to yet. */
export function newEndpoint(
  { ids, clock }: Pick<Runtime, 'ids' | 'clock'>,
  given: Pick<EndpointRow, 'source' | 'url' | 'types' | 'description' | 'sendsPublicKeys' | 'contacts'>,
): EndpointRow {
  const nowMs = clock.now();
  return {
    ...given,
    endpointId: ids.uuid(),
    state: 'active',
    pausedBecause: null,
    pausedAt: null,
    failingSince: null,
    forwardSince: null,
    forwardsRefused: false,
    lastDeliveredAt: null,
    lastFailedAt: null,
    lastFailure: null,
    createdAt: nowMs,
    updatedAt: nowMs,
  };
}
