import { verifyPasskey as route } from '../../contract/client/passkey.ts';
import { omitAbsent } from '../omit-absent.ts';
import { clientOperation } from '../operation.ts';
import { finishKeyAuthentication } from './finish-key-authentication.ts';
import { ownAuthenticatorView } from './own-authenticator-view.ts';
import { signInWithKey } from './sign-in-with-key.ts';
import { tokenRequest } from './token-request.ts';

const method = 'PASSKEY';

export const verifyPasskey = clientOperation(route, async (context, request) => {
  const { authenticationCredential: response, deviceId } = request.body;
  const own = tokenRequest(request);
  const { accessToken, authenticator, row } =
    own === undefined
      ? await signInWithKey(context, request, route, method, response, deviceId)
      : await finishKeyAuthentication(context, own, route, method, response);
  // What the user is called now stands before what they were called when the passkey was made.
  const then = ownAuthenticatorView(context, authenticator, null);
  return omitAbsent({
    isVerified: true,
    accessToken,
    userId: authenticator.user_id,
    userAuthenticatorId: authenticator.authenticator_id,
    username: row.username ?? then.username,
    userDisplayName: row.display_name ?? then.displayName,
  });
});
