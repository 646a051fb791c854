import { getEventDelivery as route } from '../../contract/management/event-deliveries.ts';
import { findEventDelivery } from '../../configuring/find-event-delivery.ts';
import { listAttempts } from '../../storage/queries/delivery-attempts.ts';
import { operation } from '../operation.ts';
import { eventAttemptView, eventDeliveryView } from '../../views/event-delivery-view.ts';
import { omitAbsent } from '../../views/omit-absent.ts';

const attemptsMax = 50;

export const getEventDelivery = operation(route, async ({ db }, { caller: { tenant }, params }) => {
  const row = await findEventDelivery(db, tenant.tenantId, params.deliveryId);
  const attempts = await listAttempts(db, tenant.tenantId, row.deliveryId, attemptsMax);
  return {
    ...eventDeliveryView(row),
    ...omitAbsent({ payload: row.payload ?? undefined }),
    latestAttempts: attempts.map((attempt) => eventAttemptView(attempt)),
  };
});
