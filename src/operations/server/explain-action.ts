import { Refusal } from '../../contract/errors.ts';
import { explainAction as route } from '../../contract/server/explain.ts';
import { userActionState } from '../../contract/values.ts';
import { loadEarlierDecisions } from '../../storage/queries/action-decisions.ts';
import { loadAction } from '../../storage/queries/actions.ts';
import { explanationView } from '../explanation-view.ts';
import { loadRuleSet } from '../load-rule-set.ts';
import { operation } from '../operation.ts';
import { readDecisionRecord } from '../read-decision-record.ts';
import { wireTime } from '../wire-values.ts';

export const explainAction = operation(route, async ({ db }, { caller: { tenant }, params }) => {
  const { tenantId } = tenant;
  const { userId, action: actionCode, idempotencyKey } = params;
  const key = { tenantId, userId, actionCode, idempotencyKey };
  const action = await loadAction(db, key);
  if (action === undefined) throw new Refusal('not_found', 'The user has no such action.');
  const explained = async (stored: unknown, decidedAtMs: number) => {
    const record = readDecisionRecord(stored);
    const ruleSet = await loadRuleSet(db, tenant, actionCode, record);
    return { ...explanationView(record, ruleSet), decidedAt: wireTime(decidedAtMs) };
  };
  const earlier = await loadEarlierDecisions(db, key);
  return {
    ...(await explained(action.decision, action.decided_at ?? action.created_at)),
    state: userActionState.parse(action.state),
    isTracked: action.is_tracked,
    earlier: await Promise.all(earlier.map(({ record, decidedAtMs }) => explained(record, decidedAtMs))),
  };
});
