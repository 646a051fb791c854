import type { z } from 'zod';
import { actorIdsOf } from '../../activity/actor-ids.ts';
import type { Context } from '../../calls/context.ts';
import { recordAudit } from '../../calls/record-audit.ts';
import { exportAuditEvents as route } from '../../contract/portal/audit-export.ts';
import { Refusal } from '../../contract/errors.ts';
import { maskIfContact } from '../../core/authenticators/mask-contact.ts';
import { firstIdAt } from '../../storage/queries/actions/months.ts';
import { loadAuditAnchor, loadAuditHead } from '../../storage/queries/audit-chain.ts';
import type { AuditLink } from '../../storage/queries/audit-chain.ts';
import { readAuditEvents } from '../../storage/queries/audit-events.ts';
import type { AuditFilter } from '../../storage/queries/audit-events.ts';
import { omitAbsent } from '../../views/omit-absent.ts';
import { wireTime } from '../../views/wire-values.ts';
import { operation } from '../operation.ts';

// After every event. A time would leave out what another node, whose clock is ahead, has linked already.
const endOfIds = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** In one statement. */
const batchMax = 50;
/** How much longer than each statement the pause after it is: proofs of users take place on the same server (F36). */
const restsPerBatch = 19;
const restMsMax = 2_000;

type Line = z.input<typeof route.reply.schema>[number];

export const exportAuditEvents = operation(route, async (context, request) => {
  const { db, runtime } = context;
  const { tenantId } = request.caller.tenant;
  const { from, to, type, actorId, userId } = request.body;
  if (from !== undefined && from >= (to ?? runtime.clock.now()))
    throw new Refusal('invalid_request', 'from must be before to.');
  const actorIds = actorId === undefined ? undefined : await actorIdsOf(db, actorId);
  const asked = {
    ...omitAbsent({
      from: from === undefined ? undefined : wireTime(from),
      to: to === undefined ? undefined : wireTime(to),
      type,
      actorId,
      userId,
    }),
  };
  // Who took a copy is recorded before there is one. The log has no address, also none that was asked for.
  const actor = actorIds?.at(-1);
  const recorded = { ...asked, ...(actor === undefined ? {} : { actorId: maskIfContact(actor) }) };
  await db.transaction((sql) => recordAudit(sql, context, route, request, undefined, recorded));
  // Both are read before the events, to which more may come meanwhile.
  const [anchor, head] = [await loadAuditAnchor(db, tenantId), await loadAuditHead(db, tenantId)];
  return linesOf(
    context,
    {
      kind: 'begin',
      tenantId,
      ...asked,
      ...omitAbsent({ start: anchor && linkView(anchor), head: head && linkView(head) }),
    },
    {
      tenantId,
      firstId: firstIdAt(from ?? 0),
      endId: to === undefined ? endOfIds : firstIdAt(to),
      type,
      actorIds,
      userId,
    },
  );
});

const linkView = ({ position, hash }: AuditLink) => ({ position, hash: hash.toString('hex') });

async function* linesOf(
  { db, runtime }: Pick<Context, 'db' | 'runtime'>,
  begin: Line,
  filter: AuditFilter,
): AsyncIterable<Line> {
  yield begin;
  let entries = 0;
  // No event has an id without random bits: the first of a millisecond comes after its bound.
  for (let afterId = filter.firstId; ;) {
    const startedMs = runtime.clock.steady();
    const { events, scanned, lastId } = await readAuditEvents(db, filter, { afterId, batch: batchMax });
    for (const { position, previousHash, hash, happenedAt, ...event } of events) {
      entries += 1;
      yield {
        kind: 'entry',
        ...omitAbsent({ position, previousHash: previousHash?.toString('hex'), hash: hash?.toString('hex') }),
        eventId: event.eventId,
        happenedAt: wireTime(happenedAt),
        actor: event.actor,
        eventType: event.eventType,
        userId: event.userId,
        requestId: event.requestId,
        data: event.data,
      };
    }
    if (scanned < batchMax || lastId === undefined) break;
    afterId = lastId;
    await runtime.timers.wait(Math.min(restMsMax, restsPerBatch * (runtime.clock.steady() - startedMs)));
  }
  yield { kind: 'end', entries };
}
