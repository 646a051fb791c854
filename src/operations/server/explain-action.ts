import { Refusal } from '../../contract/errors.ts';
import { explainAction as route } from '../../contract/server/explain.ts';
import { userActionState } from '../../contract/values.ts';
import { loadEarlierDecisions } from '../../storage/queries/actions/decide-again.ts';
import { loadAction } from '../../storage/queries/actions/actions.ts';
import { explainRecord } from '../../deciding/explain-record.ts';
import { operation } from '../operation.ts';

export const explainAction = operation(route, async ({ db }, { caller: { tenant }, params }) => {
  const { tenantId } = tenant;
  const { userId, action: actionCode, idempotencyKey } = params;
  const key = { tenantId, userId, actionCode, idempotencyKey };
  const action = await loadAction(db, key);
  if (action === undefined) throw new Refusal('not_found', 'The user has no such action.');
  const explained = (stored: unknown, decidedAtMs: number) =>
    explainRecord(db, tenant, actionCode, stored, decidedAtMs);
  const earlier = await loadEarlierDecisions(db, key);
  return {
    ...(await explained(action.decision, action.decidedAt ?? action.createdAt)),
    state: userActionState.parse(action.state),
    isTracked: action.isTracked,
    earlier: await Promise.all(earlier.map(({ record, decidedAtMs }) => explained(record, decidedAtMs))),
  };
});
