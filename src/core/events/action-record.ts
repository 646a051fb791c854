import { decisionToTell } from '../actions/stored-decision-record.ts';
import type { EventRecord } from './envelope.ts';

export interface SettledAction {
  readonly userId: string;
  readonly actionCode: string;
  readonly idempotencyKey: string;
  readonly state: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly stateUpdatedAt: number;
  readonly verificationMethod: string | null;
  readonly ipAddress: string | null;
  readonly countryCode: string | null;
  readonly deviceId: string | null;
  readonly custom: Readonly<Record<string, unknown>> | null;
  readonly decision: unknown;
}

/** The `record` of an action's log event (server-api 8.6). What is not known is left out. */
export function actionRecord(tenantId: string, action: SettledAction): EventRecord {
  const decision = decisionToTell(action.decision);
  const time = (timeMs: number) => new Date(timeMs).toISOString();
  return {
    tenantId,
    userId: action.userId,
    actionCode: action.actionCode,
    idempotencyKey: action.idempotencyKey,
    createdAt: time(action.createdAt),
    updatedAt: time(action.updatedAt),
    state: action.state,
    stateUpdatedAt: time(action.stateUpdatedAt),
    outcome: decision?.outcome,
    verificationMethod: action.verificationMethod ?? undefined,
    allowedVerificationMethods: decision?.demand.verificationMethods ?? undefined,
    rules: decision?.matched.map(({ ruleId, name }) => ({ ruleId, name })),
    priorityRuleId: decision?.decidingRuleId,
    ipAddress: action.ipAddress ?? undefined,
    countryCode: action.countryCode ?? undefined,
    deviceId: action.deviceId ?? undefined,
    custom: action.custom ?? undefined,
  };
}
