import { Refusal } from '../../contract/errors.ts';
import { testEventEndpoint as route } from '../../contract/management/event-endpoints.ts';
import { leaseMs } from '../../core/events/after-attempt.ts';
import { findEventEndpoint } from '../../configuring/find-event-endpoint.ts';
import { recordAudit } from '../../calls/record-audit.ts';
import { takeTest } from '../../storage/queries/deliveries.ts';
import { recordEvent } from '../../storage/queries/events.ts';
import { deliverEvents } from '../../telling/deliver-events.ts';
import { operation } from '../operation.ts';
import { eventAttemptView } from '../../views/event-delivery-view.ts';

export const testEventEndpoint = operation(route, async (context, request) => {
  const { tenantId } = request.caller.tenant;
  const { runtime } = context;
  const leasedUntilMs = runtime.clock.now() + leaseMs;
  const taken = await context.db.transaction(async (sql) => {
    const { endpointId } = await findEventEndpoint(sql, tenantId, request.params.endpointId);
    const [deliveryId = ''] = await recordEvent(sql, runtime, {
      tenantId,
      type: 'endpoint.test',
      userId: undefined,
      data: { endpointId },
      testOf: endpointId,
    });
    await recordAudit(sql, context, route, request, undefined, { endpointId });
    const deliveries = await takeTest(sql, tenantId, deliveryId, { nowMs: runtime.clock.now(), leasedUntilMs });
    return { tenantId, endpointId, leasedUntilMs, deliveries };
  });
  const attempt = await deliverEvents(context, taken);
  if (attempt === undefined) throw new Refusal('not_found', 'The event endpoint was deleted meanwhile.');
  return eventAttemptView(attempt);
});
