import { Refusal } from '../../contract/errors.ts';
import { replayEventDelivery as route } from '../../contract/management/event-deliveries.ts';
import { findEventDelivery } from '../../configuring/find-event-delivery.ts';
import { recordAudit } from '../../calls/record-audit.ts';
import { recordReplays } from '../../storage/queries/deliveries.ts';
import { operation } from '../operation.ts';

export const replayEventDelivery = operation(route, async (context, request) => {
  const { tenantId } = request.caller.tenant;
  const { ids, clock } = context.runtime;
  return context.db.transaction(async (sql) => {
    const { deliveryId, endpointId, eventId, userId, payload } = await findEventDelivery(
      sql,
      tenantId,
      request.params.deliveryId,
    );
    if (payload === null) throw new Refusal('gone', 'The content of this event is gone.');
    const newId = ids.uuid();
    await recordReplays(sql, tenantId, [{ deliveryId, newId }], clock.now());
    await recordAudit(sql, context, route, request, userId ?? undefined, { deliveryId: newId, endpointId, eventId });
    return { deliveryId: newId };
  });
});
