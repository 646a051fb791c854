import { validateChallenge as route } from '../../contract/server/actions.ts';
import { assurance, userActionState } from '../../contract/values.ts';
import { checkActionToken } from '../../runtime/tokens.ts';
import { loadAction } from '../../storage/queries/actions/actions.ts';
import { operation } from '../operation.ts';
import { distinctMethods, wireTime } from '../../views/wire-values.ts';

/** The state is read from the action now; the token only says which action. */
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
  // An action with the same key that was created after the user was deleted is a different one.
  if (action?.actionId !== actionId) return { isValid: false, error: 'Token is invalid.' };
  const [method] = action.verificationMethod === null ? [] : distinctMethods([action.verificationMethod]);
  return {
    isValid: action.state === 'CHALLENGE_SUCCEEDED',
    state: userActionState.parse(action.state),
    stateUpdatedAt: wireTime(action.stateUpdatedAt),
    userId,
    // Both names, because SDKs differ in the one they read.
    action: actionCode,
    actionCode,
    idempotencyKey,
    ...(method === undefined ? {} : { verificationMethod: method }),
    ...(action.assurance === null ? {} : { assurance: assurance.parse(action.assurance) }),
    isTracked: action.isTracked,
  };
});
