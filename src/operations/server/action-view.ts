import { assurance, userActionState } from '../../contract/values.ts';
import type { ActionRow } from '../../storage/queries/actions.ts';
import { omitAbsent } from '../omit-absent.ts';
import { readDecisionRecord } from '../read-decision-record.ts';
import { distinctMethods, wireTime } from '../wire-values.ts';

/** One occurrence of an action as get action and update action answer it. */
export function actionView(action: ActionRow) {
  const { matched, decidingRuleId } = readDecisionRecord(action.decision);
  return {
    ...actionBasics(action),
    userId: action.user_id,
    rules: matched.map((rule) => ({ ...rule })),
    ruleIds: matched.map(({ ruleId }) => ruleId),
    ...(decidingRuleId === undefined ? {} : { priorityRuleId: decidingRuleId }),
    output: { custom: {} },
  };
}

/** One entry of query actions. */
export function actionListEntry(action: ActionRow) {
  return {
    ...actionBasics(action),
    ...omitAbsent({
      verifiedByAuthenticatorId: action.verified_by_authenticator_id,
      userAgent: action.user_agent,
      ipAddress: action.ip_address,
      countryCode: action.country_code,
    }),
  };
}

function actionBasics(action: ActionRow) {
  const [method] = action.verification_method === null ? [] : distinctMethods([action.verification_method]);
  return {
    actionCode: action.action_code,
    idempotencyKey: action.idempotency_key,
    state: userActionState.parse(action.state),
    createdAt: wireTime(action.created_at),
    updatedAt: wireTime(action.updated_at),
    stateUpdatedAt: wireTime(action.state_updated_at),
    ...(method === undefined ? {} : { verificationMethod: method }),
    ...(action.assurance === null ? {} : { assurance: assurance.parse(action.assurance) }),
  };
}
