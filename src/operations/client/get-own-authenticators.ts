import { getOwnAuthenticators as route } from '../../contract/client/authenticators.ts';
import { sessionCookie } from '../../contract/client/cookies.ts';
import { Refusal } from '../../contract/errors.ts';
import { openAction } from '../../proving/open-action.ts';
import { checkActionToken } from '../../runtime/tokens.ts';
import { operation } from '../operation.ts';
import type { Context } from '../../calls/context.ts';
import type { TokenCaller } from '../../calls/caller.ts';
import type { ClientRequest } from '../../calls/request.ts';
import { ownAuthenticatorView } from '../../views/own-authenticator-view.ts';
import { tokenRequest } from '../../calls/token-request.ts';

// Never paged: platforms hide passkeys from the user that are missing here (client-api 3.2).
export const getOwnAuthenticators = operation(route, async (context, request) => {
  const caller = tokenRequest(request)?.caller ?? sessionOf(context, request);
  const { row, verified } = await openAction(context, caller);
  return verified.map((authenticator) => ownAuthenticatorView(context, authenticator, row.defaultAuthenticatorId));
});

/** The holder of the browser's session cookie, for the tenant that the request names. */
function sessionOf(context: Context, { caller, cookies }: ClientRequest<typeof route>): TokenCaller {
  const { kind, tenant } = caller;
  const given = cookies?.get(sessionCookie);
  if (given === undefined) throw new Refusal('unauthorized', 'Send a token as Bearer, or the session cookie.');
  const keyOfOwnTenant = (tenantId: string) => (tenantId === tenant.tenantId ? tenant.tokenKey : undefined);
  const check = checkActionToken(given, keyOfOwnTenant, context.publicUrl, context.runtime.clock.now());
  if (check.ok) return { kind, tenant, token: check.token };
  if (check.reason === 'expired') throw new Refusal('expired_token', 'The session has expired.');
  throw new Refusal('invalid_token', 'The session is not valid. Sign in again.');
}
