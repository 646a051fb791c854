import { verifyPasskey as route } from '../contract.ts';
import { omitAbsent } from '../../../views/omit-absent.ts';
import { operation } from '../../../operations/operation.ts';
import { finishKeyAuthentication } from '../../../proving/keys/finish-key-authentication.ts';
import { ownAuthenticatorView } from '../../../views/own-authenticator-view.ts';
import { signInWithKey } from '../../../proving/keys/sign-in-with-key.ts';
import { tokenRequest } from '../../../calls/token-request.ts';

const method = 'PASSKEY';

export const verifyPasskey = operation(route, async (context, request) => {
  const { authenticationCredential: response, deviceId } = request.body;
  const own = tokenRequest(request);
  const { accessToken, authenticator, row } =
    own === undefined
      ? await signInWithKey(context, request, route, method, response, deviceId)
      : await finishKeyAuthentication(context, own, route, method, response);
  // The user's current name comes before the name from when the passkey was created.
  const then = ownAuthenticatorView(context, authenticator, null);
  return omitAbsent({
    isVerified: true,
    accessToken,
    userId: authenticator.userId,
    userAuthenticatorId: authenticator.authenticatorId,
    username: row.username ?? then.username,
    userDisplayName: row.displayName ?? then.displayName,
  });
});
