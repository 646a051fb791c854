import { challengeCookie, startPasskeyRegistrationWithCookie as route } from '../../contract/client/passkey.ts';
import { tokenOperation } from '../operation.ts';
import { ceremonyLifetimeMs } from './keys.ts';
import { startKeyRegistration } from './start-key-registration.ts';

export const startPasskeyRegistrationWithCookie = tokenOperation(route, async (context, request) => {
  const { username, displayName, authenticatorAttachment } = request.body;
  const attachment = authenticatorAttachment ?? undefined;
  const wishes = { username, displayName, attachment, isCookieBound: true };
  const started = await startKeyRegistration(context, request, 'PASSKEY', wishes);
  request.cookies?.set(challengeCookie, started.challengeId, ceremonyLifetimeMs / 1000);
  return started;
});
