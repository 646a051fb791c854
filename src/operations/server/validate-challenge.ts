import { validateChallenge as route } from '../../contract/server/actions.ts';
import { assurance, userActionState } from '../../contract/values.ts';
import { checkActionToken } from '../../runtime/tokens.ts';
import { loadAction } from '../../storage/queries/actions.ts';
import { operation } from '../operation.ts';
import { distinctMethods, wireTime } from '../wire-values.ts';

/** The state is read now, from the action: the token only says which action. */
export const validateChallenge = operation(route, async ({ db, runtime, publicUrl }, { caller: { tenant }, body }) => {
  const keyOfOwnTenant = (tenantId: string) => (tenantId === tenant.tenantId ? tenant.tokenKey : undefined);
  const check = checkActionToken(body.token, keyOfOwnTenant, publicUrl, runtime.clock.now());
  if (!check.ok) {
    return { isValid: false, error: check.reason === 'expired' ? 'Token has expired.' : 'Token is invalid.' };
  }
  const { userId, actionCode, idempotencyKey, actionId } = check.token;
  if (body.userId !== undefined && body.userId !== userId) return { isValid: false, error: 'User is invalid.' };
  if (body.action !== undefined && body.action !== actionCode) return { isValid: false, error: 'Action is invalid.' };

  const action = await loadAction(db, { tenantId: tenant.tenantId, userId, actionCode, idempotencyKey });
  // An action of the same names made after the user was deleted is another action.
  if (action?.action_id !== actionId) return { isValid: false, error: 'Token is invalid.' };
  const [method] = action.verification_method === null ? [] : distinctMethods([action.verification_method]);
  return {
    isValid: action.state === 'CHALLENGE_SUCCEEDED',
    state: userActionState.parse(action.state),
    stateUpdatedAt: wireTime(action.state_updated_at),
    userId,
    // Both names, because SDKs differ in the one they read.
    action: actionCode,
    actionCode,
    idempotencyKey,
    ...(method === undefined ? {} : { verificationMethod: method }),
    ...(action.assurance === null ? {} : { assurance: assurance.parse(action.assurance) }),
    isTracked: action.is_tracked,
  };
});
