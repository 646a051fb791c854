import { verifySecurityKey as route } from '../../contract/client/security-key.ts';
import { tokenOperation } from '../operation.ts';
import { finishKeyAuthentication } from './finish-key-authentication.ts';

export const verifySecurityKey = tokenOperation(route, async (context, request) => {
  const { accessToken } = await finishKeyAuthentication(context, request, route, 'SECURITY_KEY', request.body);
  return { isVerified: true, accessToken };
});
