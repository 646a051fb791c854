import { actorIdsOf } from '../../activity/actor-ids.ts';
import { idBefore } from '../../activity/id-cursor.ts';
import { searchWithin } from '../../activity/search-within.ts';
import { listAuditEvents as route } from '../../contract/portal/activity.ts';
import { loadActorNames } from '../../operators/load-actor-names.ts';
import { firstIdAt, timeOfId } from '../../storage/queries/actions/months.ts';
import { searchAuditEvents } from '../../storage/queries/audit-events.ts';
import type { AuditEventRow } from '../../storage/queries/audit-events.ts';
import { omitAbsent } from '../../views/omit-absent.ts';
import { wireTime } from '../../views/wire-values.ts';
import { operation } from '../operation.ts';

export const listAuditEvents = operation(route, async ({ db, runtime }, { caller: { tenant }, query }) => {
  const { from = 0, to, type, actorId, userId, limit = 50 } = query;
  const actorIds = actorId === undefined ? undefined : await actorIdsOf(db, actorId);
  const filter = { tenantId: tenant.tenantId, firstId: firstIdAt(from), type, actorIds, userId };
  const found = await searchWithin<AuditEventRow>(runtime.clock, {
    endId: idBefore(query.cursor, firstIdAt(to ?? runtime.clock.now() + 1)),
    limit,
    isSifted: (type ?? actorId) !== undefined,
    idOf: ({ eventId }) => eventId,
    async read(endId, batch, max) {
      const { events: rows, ...read } = await searchAuditEvents(db, { ...filter, endId }, { batch, max });
      return { rows, ...read };
    },
  });
  const { nextId, isCutShort } = found;
  const names = await loadActorNames(db, found.rows);
  return {
    events: found.rows.map(({ eventId, happenedAt, eventType, actor, userId: ofUser, requestId, data }) => ({
      eventId,
      at: wireTime(happenedAt),
      type: eventType,
      actor: { kind: actor.kind, id: actor.id, ...omitAbsent({ name: names.get(actor.id) }) },
      ...omitAbsent({ userId: ofUser, requestId }),
      data,
    })),
    ...(isCutShort && nextId !== undefined ? { searchedBackTo: wireTime(timeOfId(nextId)) } : {}),
    ...omitAbsent({ nextCursor: nextId }),
  };
});
