import { Refusal } from '../../contract/errors.ts';
import { getJwks as route } from '../../contract/server/session-keys.ts';
import { operation } from '../operation.ts';
import { verifyingKeys } from '../../sessions/session-keys.ts';

export const getJwks = operation(route, async ({ published, runtime }, { params }) => {
  const tenant = published.tenant(params.tenantId);
  if (tenant === undefined) throw new Refusal('not_found', 'There is no such tenant.');
  return {
    keys: verifyingKeys(tenant, runtime.clock.now()).map(({ keyId, publicJwk }) => ({
      kty: 'RSA' as const,
      kid: keyId,
      use: 'sig' as const,
      alg: 'RS256' as const,
      n: publicJwk.n,
      e: publicJwk.e,
    })),
  };
});
