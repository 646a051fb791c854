import { userActionState } from '../contract/values.ts';
import { decisionToTell } from '../core/actions/stored-decision-record.ts';
import type { ActionRow } from '../storage/queries/actions/actions.ts';
import { omitAbsent } from './omit-absent.ts';
import { distinctMethods, wireTime } from './wire-values.ts';

/** An action as operators see it in lists. */
export function listedActionView(action: ActionRow) {
  const decision = decisionToTell(action.decision);
  const { verificationMethod: method } = action;
  return {
    actionId: action.actionId,
    userId: action.userId,
    actionCode: action.actionCode,
    idempotencyKey: action.idempotencyKey,
    state: userActionState.parse(action.state),
    createdAt: wireTime(action.createdAt),
    stateUpdatedAt: wireTime(action.stateUpdatedAt),
    rules: (decision?.matched ?? []).map(({ ruleId, name }) => ({ ruleId, name })),
    ...omitAbsent({
      verificationMethod: method === null ? null : distinctMethods([method])[0],
      ipAddress: action.ipAddress,
      countryCode: action.countryCode,
      userAgent: action.userAgent,
      deviceId: action.deviceId,
      decidingRuleId: decision?.decidingRuleId,
    }),
  };
}
