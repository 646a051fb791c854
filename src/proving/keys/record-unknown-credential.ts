import { Refusal } from '../../contract/errors.ts';
import type { Route } from '../../contract/route.ts';
import type { AssertionResponse } from '../../methods/method.ts';
import { loadCredentialOwner } from '../../storage/queries/authenticators.ts';
import type { SpentCeremony } from '../../storage/queries/challenges/key-ceremonies.ts';
import type { Context } from '../../calls/context.ts';
import type { ClientRequest } from '../../calls/request.ts';
import { ceremoniesOf, expectationOf, recordKeyRefusal } from './keys.ts';

/**
 * The refusal of a credential that is not one of the user's. It is `unknown_credential` only if no user of the tenant
 * has the credential and a page of the tenant sent it: clients then have the user's password manager delete it
 * (client-api 4.5).
 */
export async function recordUnknownCredential(
  context: Context,
  request: ClientRequest<Route>,
  method: string,
  response: AssertionResponse,
  given: { readonly challenge: string; readonly spent: SpentCeremony; readonly userId: string | undefined },
): Promise<Refusal> {
  const { tenant } = request.caller;
  const keys = ceremoniesOf(method);
  const refusal = await recordKeyRefusal(context, request, given.userId, method, 'credential');
  const credentialId = keys.credentialIdOf(response.id);
  const expected = expectationOf(context, tenant, method, given.challenge, given.spent.state);
  if (!keys.isDiscoverable || credentialId === undefined || !keys.isAnswer(response, expected)) return refusal;
  if ((await loadCredentialOwner(context.db, tenant.tenantId, credentialId)) !== undefined) return refusal;
  return new Refusal('unknown_credential', 'This credential is registered for nobody.');
}
