import type { Route } from '../../contract/route.ts';
import type { Context } from '../../calls/context.ts';
import type { ClientRequest } from '../../calls/request.ts';
import { startAnonymousAuthentication, startKeyAuthentication } from './start-key-authentication.ts';
import type { AuthenticationWishes } from './start-key-authentication.ts';
import { tokenRequest } from '../../calls/token-request.ts';

/** Options for a passkey: of the token's user, or of any user if there is no token. */
export function startPasskeyCeremony<R extends Route>(
  context: Context,
  request: ClientRequest<R>,
  wishes: AuthenticationWishes,
) {
  const own = tokenRequest(request);
  return own === undefined
    ? startAnonymousAuthentication(context, request, 'PASSKEY', wishes)
    : startKeyAuthentication(context, own, 'PASSKEY', wishes);
}
