import { getSignInWays as route } from '../../contract/portal/oidc.ts';
import { operation } from '../operation.ts';

export const getSignInWays = operation(route, async ({ takesPasswords, oidc }) => ({
  password: takesPasswords,
  ...(oidc === undefined ? {} : { oidc: { name: oidc.name } }),
}));
