import { assurance, userActionState } from '../contract/values.ts';
import type { ActionRow } from '../storage/queries/actions/actions.ts';
import { omitAbsent } from './omit-absent.ts';
import { readDecisionRecord } from '../core/actions/stored-decision-record.ts';
import { distinctMethods, wireTime } from './wire-values.ts';

/** One occurrence of an action as get action and update action return it. */
export function actionView(action: ActionRow) {
  const { matched, decidingRuleId } = readDecisionRecord(action.decision);
  return {
    ...actionBasics(action),
    userId: action.userId,
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
      verifiedByAuthenticatorId: action.verifiedByAuthenticatorId,
      userAgent: action.userAgent,
      ipAddress: action.ipAddress,
      countryCode: action.countryCode,
    }),
  };
}

function actionBasics(action: ActionRow) {
  const [method] = action.verificationMethod === null ? [] : distinctMethods([action.verificationMethod]);
  return {
    actionCode: action.actionCode,
    idempotencyKey: action.idempotencyKey,
    state: userActionState.parse(action.state),
    createdAt: wireTime(action.createdAt),
    updatedAt: wireTime(action.updatedAt),
    stateUpdatedAt: wireTime(action.stateUpdatedAt),
    ...(method === undefined ? {} : { verificationMethod: method }),
    ...(action.assurance === null ? {} : { assurance: assurance.parse(action.assurance) }),
  };
}
