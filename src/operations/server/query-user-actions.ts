import { Refusal } from '../../contract/errors.ts';
import { ListPage } from '../../contract/list-page.ts';
import { queryUserActions as route } from '../../contract/server/actions.ts';
import { loadUserActions } from '../../storage/queries/actions.ts';
import type { ActionPosition, ActionRow } from '../../storage/queries/actions.ts';
import { isUuid } from '../is-uuid.ts';
import { operation } from '../operation.ts';
import { actionListEntry } from './action-view.ts';

const windowMs = 30 * 24 * 60 * 60 * 1000;
const actionsMax = 1000;

export const queryUserActions = operation(route, async ({ db, runtime }, { caller: { tenant }, params, query }) => {
  const earliestMs = runtime.clock.now() - windowMs;
  const { limit = actionsMax } = query;
  const actions = await loadUserActions(db, {
    tenantId: tenant.tenantId,
    userId: params.userId,
    // An older date is moved up to the window rather than refused.
    fromMs: Math.max(query.fromDate ?? earliestMs, earliestMs),
    actionCodes: query.codes === undefined || query.codes.length === 0 ? undefined : query.codes,
    state: query.state,
    after: query.cursor === undefined ? undefined : positionAt(query.cursor),
    // One more, to know whether there is one.
    limit: limit + 1,
  });
  const shown = actions.slice(0, limit);
  const last = shown.at(-1);
  const hasMore = actions.length > limit && last !== undefined;
  return new ListPage(shown.map(actionListEntry), hasMore ? cursorBehind(last) : undefined);
});

function cursorBehind({ created_at: createdAtMs, action_id: actionId }: ActionRow): string {
  return Buffer.from(`${createdAtMs} ${actionId}`).toString('base64url');
}

/** @throws {Refusal} `invalid_request` */
function positionAt(cursor: string): ActionPosition {
  const [time = '', actionId = '', ...rest] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  if (!/^\d{1,14}$/.test(time) || !isUuid(actionId) || rest.length > 0) {
    throw new Refusal('invalid_request', 'cursor must be as it stood in the Link header of an answer.');
  }
  return { createdAtMs: Number(time), actionId };
}
