import { Refusal } from '../../contract/errors.ts';
import { ListPage } from '../../contract/list-page.ts';
import { queryUserActions as route } from '../../contract/server/actions.ts';
import { loadUserActions } from '../../storage/queries/actions/actions.ts';
import type { ActionRow } from '../../storage/queries/actions/actions.ts';
import { isUuid } from '../../calls/is-uuid.ts';
import { operation } from '../operation.ts';
import { actionListEntry } from '../../views/action-view.ts';

const windowMs = 30 * 24 * 60 * 60 * 1000;
const actionsMax = 1000;

export const queryUserActions = operation(route, async ({ db, runtime }, { caller: { tenant }, params, query }) => {
  const earliestMs = runtime.clock.now() - windowMs;
  const { limit = actionsMax } = query;
  const actions = await loadUserActions(db, {
    tenantId: tenant.tenantId,
    userId: params.userId,
    // An older date is replaced by the start of the window, not refused.
    fromMs: Math.max(query.fromDate ?? earliestMs, earliestMs),
    actionCodes: query.codes === undefined || query.codes.length === 0 ? undefined : query.codes,
    state: query.state,
    after: query.cursor === undefined ? undefined : actionAt(query.cursor),
    // One more than asked for, to know whether there are more.
    limit: limit + 1,
  });
  const shown = actions.slice(0, limit);
  const last = shown.at(-1);
  const hasMore = actions.length > limit && last !== undefined;
  return new ListPage(shown.map(actionListEntry), hasMore ? cursorBehind(last) : undefined);
});

function cursorBehind({ createdAt: createdAtMs, actionId }: ActionRow): string {
  return Buffer.from(`${createdAtMs} ${actionId}`).toString('base64url');
}

/** @throws {Refusal} `invalid_request` */
function actionAt(cursor: string): string {
  const [time = '', actionId = '', ...rest] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  if (!/^\d{1,14}$/.test(time) || !isUuid(actionId) || rest.length > 0) {
    throw new Refusal('invalid_request', 'cursor must be unchanged from the Link header of a response.');
  }
  return actionId;
}
