import { Refusal } from '../../contract/errors.ts';
import type { Route } from '../../contract/route.ts';
import type { AssertionResponse } from '../../methods/method.ts';
import { openActionOf } from '../open-action.ts';
import type { OpenAction } from '../open-action.ts';
import { permitProof } from '../permit.ts';
import { loadCredential } from '../../storage/queries/authenticators.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import type { SpentCeremony } from '../../storage/queries/challenges/key-ceremonies.ts';
import type { Context } from '../../calls/context.ts';
import type { ClientRequest } from '../../calls/request.ts';
import { establishAction } from '../../deciding/establish-action.ts';
import { acceptAssertion, checkAssertion, spendAnswered } from './finish-key-authentication.ts';
import type { KeyProof } from './finish-key-authentication.ts';
import { ceremoniesOf, recordKeyRefusal } from './keys.ts';
import { recordUnknownCredential } from './record-unknown-credential.ts';

/**
 * Signs in the owner of a key. The signature identifies the user, the rules decide the action, and only then does the
 * proof move it (ruling 9). A BLOCK leaves even the key's counter unchanged (§7.2 step 24).
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
    throw await recordKeyRefusal(context, request, undefined, method, 'configuration');
  }
  const nobody = { tenantId, userId: undefined };
  const { challenge, spent } = await spendAnswered(context, request, method, response, nobody);
  const credentialId = ceremoniesOf(method).credentialIdOf(response.id);
  const authenticator =
    credentialId === undefined ? undefined : await loadCredential(context.db, tenantId, method, credentialId);
  if (authenticator === undefined) {
    throw await recordUnknownCredential(context, request, method, response, { challenge, spent, userId: undefined });
  }
  // If the backend has given the challenge to a user in the meantime, only that user may answer it.
  if (spent.userId !== null && spent.userId !== authenticator.userId) {
    throw await recordKeyRefusal(context, request, spent.userId, method, 'user');
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
 * The action of the sign-in, after its rules. One that a backend has tracked for the challenge stays as it is. If a
 * rule waits for the track, the demand is not known yet: a proof by any method is then kept, and the track judges it.
 */
async function decidedAction(
  context: Context,
  request: ClientRequest<Route>,
  spent: SpentCeremony,
  { userId }: AuthenticatorRow,
  method: string,
  deviceId: string | undefined,
): Promise<{ readonly action: OpenAction; readonly isDemandKnown: boolean }> {
  const { tenant } = request.caller;
  const key = {
    tenantId: tenant.tenantId,
    userId,
    actionCode: spent.actionCode,
    idempotencyKey: spent.idempotencyKey,
  };
  let isDemandKnown = true;
  if (spent.userId === null) {
    const { ipAddress, userAgent } = request.sender;
    try {
      const { record } = await establishAction(context, tenant, key, 'challenge', { ipAddress, userAgent, deviceId });
      isDemandKnown = record.inputs.awaited === undefined || record.unknown.length === 0;
    } catch (error) {
      // The idempotency key stands for a payment that the user was not shown here (ruling 11).
      if (!(error instanceof Refusal) || error.code !== 'conflict') throw error;
      throw await recordKeyRefusal(context, request, userId, method, 'challenge');
    }
  }
  return { action: await openActionOf(context, tenant, key), isDemandKnown };
}
