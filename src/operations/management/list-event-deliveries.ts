import { Refusal } from '../../contract/errors.ts';
import { ListPage } from '../../contract/list-page.ts';
import { listEventDeliveries as route } from '../../contract/management/event-deliveries.ts';
import { isUuid } from '../../calls/is-uuid.ts';
import { firstIdAt } from '../../storage/queries/actions/months.ts';
import { listDeliveries } from '../../storage/queries/deliveries.ts';
import { operation } from '../operation.ts';
import { eventDeliveryView } from '../../views/event-delivery-view.ts';

const limitDefault = 50;
// Before every delivery in the order of the list.
const listStart = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

export const listEventDeliveries = operation(route, async ({ db }, { caller: { tenant }, query }) => {
  const { from: fromMs, to: toMs, cursor, limit = limitDefault } = query;
  const beforeTo = toMs === undefined ? listStart : firstIdAt(toMs);
  const before = cursor === undefined ? listStart : requireUuid('cursor', cursor);
  const rows = await listDeliveries(db, tenant.tenantId, {
    endpointId: query.endpointId === undefined ? undefined : requireUuid('endpointId', query.endpointId),
    eventId: query.eventId === undefined ? undefined : requireUuid('eventId', query.eventId),
    type: query.type,
    userId: query.userId,
    state: query.state,
    fromId: firstIdAt(fromMs ?? 0),
    beforeId: before < beforeTo ? before : beforeTo,
    // One more than asked for tells whether there are more.
    limit: limit + 1,
  });
  const shown = rows.slice(0, limit);
  return new ListPage(shown.map(eventDeliveryView), rows.length > limit ? shown.at(-1)?.deliveryId : undefined);
});

function requireUuid(name: string, given: string): string {
  const id = given.toLowerCase();
  if (isUuid(id)) return id;
  throw new Refusal('invalid_request', `${name} must be an id that Sallyport made.`);
}
