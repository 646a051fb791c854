import { startPasskeyRegistration as route } from '../contract.ts';
import { operation } from '../../../operations/operation.ts';
import { startKeyRegistration } from '../../../proving/keys/start-key-registration.ts';

export const startPasskeyRegistration = operation(route, (context, request) => {
  const { username, displayName, authenticatorAttachment } = request.body;
  const attachment = authenticatorAttachment ?? undefined;
  return startKeyRegistration(context, request, 'PASSKEY', { username, displayName, attachment, isCookieBound: false });
});
