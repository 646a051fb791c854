import { startPasskeyRegistration as route } from '../../contract/client/passkey.ts';
import { tokenOperation } from '../operation.ts';
import { startKeyRegistration } from './start-key-registration.ts';

export const startPasskeyRegistration = tokenOperation(route, (context, request) => {
  const { username, displayName, authenticatorAttachment } = request.body;
  const attachment = authenticatorAttachment ?? undefined;
  return startKeyRegistration(context, request, 'PASSKEY', { username, displayName, attachment, isCookieBound: false });
});
