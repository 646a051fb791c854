import { Refusal } from '../contract/errors.ts';
import { closedStates } from '../core/actions/closed-states.ts';
import { lockActionState } from '../storage/queries/actions/actions.ts';
import { lockUser } from '../storage/queries/users.ts';
import type { UserRow } from '../storage/queries/users.ts';
import type { Sql } from '../storage/sql.ts';
import { ActionClosed } from './open-action.ts';
import type { OpenAction } from './open-action.ts';

/**
 * Locks an opened action and its user until the transaction ends, so that what was permitted when it was read is still
 * permitted: the user is the same, and the action was not closed or put in review since (ruling 42).
 * @throws {Refusal} `invalid_token` if it is gone, {@link ActionClosed}
 */
export async function holdAction(sql: Sql, action: OpenAction): Promise<UserRow> {
  const { tenantId, userId } = action.key;
  const user = await lockUser(sql, tenantId, userId);
  const state = await lockActionState(sql, action.key, action.token.actionId);
  if (user === undefined || state === undefined) {
    throw new Refusal('invalid_token', 'The action of this token does not exist any more. Track the action again.');
  }
  const isNewlyInReview = state === 'REVIEW_REQUIRED' && action.row.state !== state;
  if (closedStates.includes(state) || isNewlyInReview) throw new ActionClosed(state);
  return user;
}
