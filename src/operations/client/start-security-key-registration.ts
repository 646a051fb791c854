import { startSecurityKeyRegistration as route } from '../../contract/client/security-key.ts';
import { tokenOperation } from '../operation.ts';
import { startKeyRegistration } from './start-key-registration.ts';

export const startSecurityKeyRegistration = tokenOperation(route, async (context, request) => {
  const wishes = { attachment: 'cross-platform', isCookieBound: false } as const;
  return (await startKeyRegistration(context, request, 'SECURITY_KEY', wishes)).options;
});
