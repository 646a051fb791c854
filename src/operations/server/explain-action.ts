import { Refusal } from '../../contract/errors.ts';
import { explainAction as route } from '../../contract/server/explain.ts';
import { userActionState } from '../../contract/values.ts';
import { loadAction } from '../../storage/queries/actions.ts';
import { explanationView } from '../explanation-view.ts';
import { loadRuleSet } from '../load-rule-set.ts';
import { operation } from '../operation.ts';
import { readDecisionRecord } from '../read-decision-record.ts';
import { wireTime } from '../wire-values.ts';

export const explainAction = operation(route, async ({ db }, { caller: { tenant }, params }) => {
  const { tenantId } = tenant;
  const { userId, action: actionCode, idempotencyKey } = params;
  const action = await loadAction(db, { tenantId, userId, actionCode, idempotencyKey });
  if (action === undefined) throw new Refusal('not_found', 'The user has no such action.');
  const record = readDecisionRecord(action.decision);
  const ruleSet = await loadRuleSet(db, tenantId, actionCode, record);
  return {
    ...explanationView(record, ruleSet),
    state: userActionState.parse(action.state),
    decidedAt: wireTime(action.created_at),
  };
});
