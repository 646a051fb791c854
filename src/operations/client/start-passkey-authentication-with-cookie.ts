import { challengeCookie, startPasskeyAuthenticationWithCookie as route } from '../../contract/client/passkey.ts';
import { clientOperation } from '../operation.ts';
import { anonymousLifetimeMs } from './keys.ts';
import { startPasskeyCeremony } from './start-passkey-ceremony.ts';

export const startPasskeyAuthenticationWithCookie = clientOperation(route, async (context, request) => {
  const started = await startPasskeyCeremony(context, request, {
    challengeId: request.body.challengeId,
    isCookieBound: true,
  });
  request.cookies?.set(challengeCookie, started.challengeId, anonymousLifetimeMs / 1000);
  return started;
});
