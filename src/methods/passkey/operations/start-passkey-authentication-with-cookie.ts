import { challengeCookie } from '../../../contract/client/cookies.ts';
import { startPasskeyAuthenticationWithCookie as route } from '../contract.ts';
import { operation } from '../../../operations/operation.ts';
import { anonymousLifetimeMs } from '../../../proving/keys/keys.ts';
import { startPasskeyCeremony } from '../../../proving/keys/start-passkey-ceremony.ts';

export const startPasskeyAuthenticationWithCookie = operation(route, async (context, request) => {
  const started = await startPasskeyCeremony(context, request, {
    challengeId: request.body.challengeId,
    isCookieBound: true,
  });
  request.cookies?.set(challengeCookie, started.challengeId, anonymousLifetimeMs / 1000);
  return started;
});
