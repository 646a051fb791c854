import { challengeCookie } from '../../../contract/client/cookies.ts';
import { startPasskeyRegistrationWithCookie as route } from '../contract.ts';
import { operation } from '../../../operations/operation.ts';
import { ceremonyLifetimeMs } from '../../../proving/keys/keys.ts';
import { startKeyRegistration } from '../../../proving/keys/start-key-registration.ts';

export const startPasskeyRegistrationWithCookie = operation(route, async (context, request) => {
  const { username, displayName, authenticatorAttachment } = request.body;
  const attachment = authenticatorAttachment ?? undefined;
  const wishes = { username, displayName, attachment, isCookieBound: true };
  const started = await startKeyRegistration(context, request, 'PASSKEY', wishes);
  request.cookies?.set(challengeCookie, started.challengeId, ceremonyLifetimeMs / 1000);
  return started;
});
