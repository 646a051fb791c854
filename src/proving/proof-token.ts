import { issueActionToken } from '../operations/issue-action-token.ts';
import type { Context } from '../operations/operation.ts';
import type { OpenAction } from './open-action.ts';
import { scopeAfter } from './permit.ts';
import type { ProofStrength } from './permit.ts';

/** A token for the same action, with the scopes that the proof earns; it lives as the tenant configured, unless told. */
export function proofToken(
  context: Context,
  action: OpenAction,
  proof: ProofStrength,
  lifetimeSeconds?: number,
): string {
  const { userId, actionCode, idempotencyKey } = action.key;
  return issueActionToken(context, action.tenant, {
    userId,
    actionCode,
    idempotencyKey,
    actionId: action.token.actionId,
    scope: scopeAfter(action, proof),
    ...(lifetimeSeconds === undefined ? {} : { lifetimeSeconds }),
  });
}
