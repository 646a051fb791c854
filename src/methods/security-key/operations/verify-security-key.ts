import { verifySecurityKey as route } from '../contract.ts';
import { operation } from '../../../operations/operation.ts';
import { finishKeyAuthentication } from '../../../proving/keys/finish-key-authentication.ts';

export const verifySecurityKey = operation(route, async (context, request) => {
  const { accessToken } = await finishKeyAuthentication(context, request, route, 'SECURITY_KEY', request.body);
  return { isVerified: true, accessToken };
});
