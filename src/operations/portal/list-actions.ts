import type { z } from 'zod';
import { idBefore } from '../../activity/id-cursor.ts';
import { searchWithin } from '../../activity/search-within.ts';
import { listActions as route } from '../../contract/portal/activity.ts';
import { Refusal } from '../../contract/errors.ts';
import type { ActionRow } from '../../storage/queries/actions/actions.ts';
import { firstIdAt, timeOfId } from '../../storage/queries/actions/months.ts';
import { searchActions } from '../../storage/queries/actions/search.ts';
import { listedActionView } from '../../views/listed-action-view.ts';
import { wireTime } from '../../views/wire-values.ts';
import { operation } from '../operation.ts';

const rangeMaxMs = 31 * 24 * 3_600_000;

type Query = z.output<typeof route.query>;

export const listActions = operation(route, async ({ db, runtime }, { caller: { tenant }, query }) => {
  const { fromMs, toMs } = rangeOf(query, runtime.clock.now());
  const { userId, code: actionCode, state, ipAddress, deviceId, method, ruleId, limit = 50 } = query;
  const custom = query.custom === undefined ? undefined : memberOf(query.custom);
  const filter = { tenantId: tenant.tenantId, userId, actionCode, state, ipAddress, deviceId, method, ruleId, custom };
  const firstId = firstIdAt(fromMs);
  const found = await searchWithin<ActionRow>(runtime.clock, {
    endId: idBefore(query.cursor, firstIdAt(toMs)),
    limit,
    isSifted:
      (state ?? ipAddress ?? deviceId ?? method ?? ruleId ?? custom) !== undefined ||
      (userId !== undefined && actionCode !== undefined),
    idOf: ({ actionId }) => actionId,
    async read(endId, batch, max) {
      const { actions: rows, ...read } = await searchActions(db, { ...filter, firstId, endId }, { batch, max });
      return { rows, ...read };
    },
  });
  const { nextId, isCutShort } = found;
  return {
    actions: found.rows.map(listedActionView),
    ...(isCutShort && nextId !== undefined ? { searchedBackTo: wireTime(timeOfId(nextId)) } : {}),
    ...(nextId === undefined ? {} : { nextCursor: nextId }),
  };
});

/** The name before the first equals sign, and the value after it, if there is one. */
function memberOf(text: string): { readonly name: string; readonly value: string | undefined } {
  const at = text.indexOf('=');
  return at === -1 ? { name: text, value: undefined } : { name: text.slice(0, at), value: text.slice(at + 1) };
}

/** @throws {Refusal} `invalid_request` */
function rangeOf({ from, to, userId }: Query, nowMs: number): { readonly fromMs: number; readonly toMs: number } {
  // An id tells its time in milliseconds: one that was made just now is before the next one.
  const toMs = to ?? nowMs + 1;
  const fromMs = from ?? toMs - rangeMaxMs;
  if (fromMs >= toMs) throw new Refusal('invalid_request', 'from must be before to.');
  if (userId === undefined && toMs - fromMs > rangeMaxMs) {
    throw new Refusal('invalid_request', 'from must be at most 31 days before to, unless userId is given.');
  }
  return { fromMs, toMs };
}
