import { Refusal } from '../../contract/errors.ts';
import { getJwks as route } from '../../contract/server/session-keys.ts';
import { publicOperation } from '../operation.ts';

export const getJwks = publicOperation(route, async ({ published }, { params }) => {
  const tenant = published.tenant(params.tenantId);
  if (tenant === undefined) throw new Refusal('not_found', 'There is no such tenant.');
  return {
    keys: tenant.sessionSigningKeys.map(({ key_id, public_jwk }) => ({
      kty: 'RSA' as const,
      kid: key_id,
      use: 'sig' as const,
      alg: 'RS256' as const,
      n: public_jwk.n,
      e: public_jwk.e,
    })),
  };
});
