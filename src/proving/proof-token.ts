import { issueActionToken } from './issue-action-token.ts';
import type { Context } from '../calls/context.ts';
import type { OpenAction } from './open-action.ts';
import { powersAfter } from './token-powers.ts';
import type { Earned } from './token-powers.ts';

/** A token for the same action, with what a proof has earned. Its lifetime is the tenant's setting unless given. */
export function proofToken(context: Context, action: OpenAction, earned: Earned, lifetimeSeconds?: number): string {
  const { userId, actionCode, idempotencyKey } = action.key;
  return issueActionToken(context, action.tenant, {
    userId,
    actionCode,
    idempotencyKey,
    actionId: action.token.actionId,
    ...powersAfter(action.token, earned),
    ...(lifetimeSeconds === undefined ? {} : { lifetimeSeconds }),
  });
}
