import { startSecurityKeyAuthentication as route } from '../../contract/client/security-key.ts';
import { tokenOperation } from '../operation.ts';
import { startKeyAuthentication } from './start-key-authentication.ts';

export const startSecurityKeyAuthentication = tokenOperation(route, async (context, request) => {
  const wishes = { challengeId: undefined, isCookieBound: false };
  return (await startKeyAuthentication(context, request, 'SECURITY_KEY', wishes)).options;
});
