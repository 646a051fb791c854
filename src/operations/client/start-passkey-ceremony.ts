import type { Route } from '../../contract/route.ts';
import type { ClientRequest, Context } from '../operation.ts';
import { startAnonymousAuthentication, startKeyAuthentication } from './start-key-authentication.ts';
import type { AuthenticationWishes } from './start-key-authentication.ts';
import { tokenRequest } from './token-request.ts';

/** Options for a passkey: of the token's user, or of anybody. */
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
