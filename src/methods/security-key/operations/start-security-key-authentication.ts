import { startSecurityKeyAuthentication as route } from '../contract.ts';
import { operation } from '../../../operations/operation.ts';
import { startKeyAuthentication } from '../../../proving/keys/start-key-authentication.ts';

export const startSecurityKeyAuthentication = operation(route, async (context, request) => {
  const wishes = { challengeId: undefined, isCookieBound: false };
  return (await startKeyAuthentication(context, request, 'SECURITY_KEY', wishes)).options;
});
