import { Refusal } from '../../contract/errors.ts';
import { getEventAttempt as route } from '../../contract/management/event-deliveries.ts';
import { isUuid } from '../../calls/is-uuid.ts';
import { loadPayloads } from '../../storage/queries/deliveries.ts';
import { loadAttempt } from '../../storage/queries/delivery-attempts.ts';
import type { AttemptRow } from '../../storage/queries/delivery-attempts.ts';
import { loadEndpoint } from '../../storage/queries/event-endpoints.ts';
import type { Sql } from '../../storage/sql.ts';
import { bodyOf } from '../../telling/deliver-events.ts';
import { operation } from '../operation.ts';
import { eventAttemptView } from '../../views/event-delivery-view.ts';

export const getEventAttempt = operation(route, async ({ db }, { caller: { tenant }, params }) => {
  const id = params.attemptId.toLowerCase();
  const row = isUuid(id) ? await loadAttempt(db, tenant.tenantId, id) : undefined;
  if (row === undefined) throw new Refusal('not_found', 'There is no attempt with this attemptId.');
  return eventAttemptView(row, await sentBody(db, tenant.tenantId, row));
});

/** What was sent, from the envelopes that are still there. Undefined if it cannot be put together any more. */
async function sentBody(sql: Sql, tenantId: string, row: AttemptRow): Promise<string | undefined> {
  const endpoint = await loadEndpoint(sql, tenantId, row.endpointId);
  const payloads = await loadPayloads(sql, tenantId, row.deliveryIds);
  if (endpoint === undefined || payloads.length < row.deliveryIds.length) return undefined;
  if (payloads.some(({ payload }) => payload === null)) return undefined;
  const body = bodyOf(endpoint, payloads);
  // Otherwise whether public keys are sent was changed since.
  return Buffer.byteLength(body) === row.bodyBytes ? body : undefined;
}
