import { Refusal } from '../../contract/errors.ts';
import { replayEventDeliveries as route } from '../../contract/management/event-deliveries.ts';
import { isUuid } from '../../calls/is-uuid.ts';
import { findEventEndpoint } from '../../configuring/find-event-endpoint.ts';
import { recordAudit } from '../../calls/record-audit.ts';
import { firstIdAt } from '../../storage/queries/actions/months.ts';
import { listReplayable, recordReplays } from '../../storage/queries/deliveries.ts';
import { operation } from '../operation.ts';

const replaysMax = 1_000;

export const replayEventDeliveries = operation(route, async (context, request) => {
  const { body } = request;
  const { tenantId } = request.caller.tenant;
  const { ids, clock } = context.runtime;
  const cursor = body.cursor?.toLowerCase();
  if (cursor !== undefined && !isUuid(cursor)) {
    throw new Refusal('invalid_request', 'cursor must be nextCursor of a response.');
  }
  return context.db.transaction(async (sql) => {
    const { endpointId } = await findEventEndpoint(sql, tenantId, body.endpointId);
    const found = await listReplayable(sql, tenantId, {
      endpointId,
      afterId: cursor ?? firstIdAt(body.from),
      beforeId: firstIdAt(body.to),
      state: body.state ?? undefined,
      type: body.type ?? undefined,
      limit: replaysMax,
    });
    const replays = found.map((deliveryId) => ({ deliveryId, newId: ids.uuid() }));
    await recordReplays(sql, tenantId, replays, clock.now());
    const [from, to] = [body.from, body.to].map((timeMs) => new Date(timeMs).toISOString());
    await recordAudit(sql, context, route, request, undefined, { endpointId, from, to, replayedCount: found.length });
    const last = found.at(-1);
    const isMore = found.length === replaysMax && last !== undefined;
    return { replayedCount: found.length, ...(isMore ? { nextCursor: last } : {}) };
  });
});
