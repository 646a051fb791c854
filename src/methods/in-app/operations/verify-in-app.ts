import { verifyInApp as route } from '../verify-contract.ts';
import { operation } from '../../../operations/operation.ts';
import { verifyInApp as verify } from '../../../proving/apps/verify-in-app.ts';

export const verifyInApp = operation(route, async (context, request) => {
  const { token, authenticator, row } = await verify(context, request, route);
  const { userId, authenticatorId: userAuthenticatorId } = authenticator;
  return {
    ...(token === undefined ? {} : { token, accessToken: token }),
    userId,
    userAuthenticatorId,
    ...(row.username === null ? {} : { username: row.username }),
  };
});
