import { startSecurityKeyRegistration as route } from '../contract.ts';
import { operation } from '../../../operations/operation.ts';
import { startKeyRegistration } from '../../../proving/keys/start-key-registration.ts';

export const startSecurityKeyRegistration = operation(route, async (context, request) => {
  const wishes = { attachment: 'cross-platform', isCookieBound: false } as const;
  return (await startKeyRegistration(context, request, 'SECURITY_KEY', wishes)).options;
});
