import { Refusal } from '../../contract/errors.ts';
import type { Route } from '../../contract/route.ts';
import type { AssertionResponse } from '../../methods/method.ts';
import { openActionOf } from '../../proving/open-action.ts';
import type { OpenAction } from '../../proving/open-action.ts';
import { permitProof } from '../../proving/permit.ts';
import { loadCredential } from '../../storage/queries/authenticators.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import type { SpentCeremony } from '../../storage/queries/key-ceremonies.ts';
import type { ClientRequest, Context } from '../operation.ts';
import { establishAction } from '../server/establish-action.ts';
import { acceptAssertion, checkAssertion, spendAnswered } from './finish-key-authentication.ts';
import type { KeyProof } from './finish-key-authentication.ts';
import { ceremoniesOf, refuseKey } from './keys.ts';
import { refuseUnknown } from './refuse-unknown-credential.ts';

/**
 * Signs in whoever's key it is: the signature says who, the rules decide the action for them, and only then does the proof
 * move it (ruling 9). A BLOCK leaves even the key's counter as it was (§7.2 step 24).
 */
export async function signInWithKey<R extends Route>(
  context: Context,
  request: ClientRequest<R>,
  route: R,
  method: string,
  response: AssertionResponse,
  deviceId: string | undefined,
): Promise<KeyProof> {
  const { tenant } = request.caller;
  const { tenantId } = tenant;
  if (!tenant.activeMethods.includes(method)) {
    throw await refuseKey(context, request, undefined, method, 'configuration');
  }
  const nobody = { tenantId, userId: undefined };
  const { challenge, spent } = await spendAnswered(context, request, method, response, nobody);
  const credentialId = ceremoniesOf(method).credentialIdOf(response.id);
  const authenticator =
    credentialId === undefined ? undefined : await loadCredential(context.db, tenantId, method, credentialId);
  if (authenticator === undefined) {
    throw await refuseUnknown(context, request, method, response, { challenge, spent, userId: undefined });
  }
  // A challenge that the backend has given to a user meanwhile is answered by that user alone.
  if (spent.user_id !== null && spent.user_id !== authenticator.user_id) {
    throw await refuseKey(context, request, spent.user_id, method, 'user');
  }
  const assertion = await checkAssertion(context, request, method, response, {
    challenge,
    spent,
    authenticator,
    isUserNamed: false,
  });
  const { action, isDemandKnown } = await decidedAction(context, request, spent, authenticator, method, deviceId);
  if (isDemandKnown) permitProof(action, method, authenticator);
  const accessToken = await acceptAssertion(context, request, route, action, method, spent, authenticator, assertion);
  return { accessToken, authenticator, row: action.row };
}

/**
 * The action of the sign-in, after its rules. One that a backend has tracked for the challenge stands as it is. What it
 * demands is not known where a rule waits for its track: then a proof of any method is kept for that to judge.
 */
async function decidedAction(
  context: Context,
  request: ClientRequest<Route>,
  spent: SpentCeremony,
  { user_id: userId }: AuthenticatorRow,
  method: string,
  deviceId: string | undefined,
): Promise<{ readonly action: OpenAction; readonly isDemandKnown: boolean }> {
  const { tenant } = request.caller;
  const key = {
    tenantId: tenant.tenantId,
    userId,
    actionCode: spent.action_code,
    idempotencyKey: spent.idempotency_key,
  };
  let isDemandKnown = true;
  if (spent.user_id === null) {
    const { ipAddress, userAgent } = request.sender;
    try {
      const { record } = await establishAction(context, tenant, key, 'challenge', { ipAddress, userAgent, deviceId });
      isDemandKnown = record.inputs.awaited === undefined || record.unknown.length === 0;
    } catch (error) {
      // The key stands for a payment that nobody has shown here (ruling 11).
      if (!(error instanceof Refusal) || error.code !== 'conflict') throw error;
      throw await refuseKey(context, request, userId, method, 'challenge');
    }
  }
  return { action: await openActionOf(context, tenant, key), isDemandKnown };
}
