import { Refusal } from '../../contract/errors.ts';
import { getOpenidConfiguration as route } from '../../contract/server/session-keys.ts';
import { sessionIssuer } from '../../runtime/tokens.ts';
import { operation } from '../operation.ts';

export const getOpenidConfiguration = operation(route, async ({ published, publicUrl }, { params }) => {
  if (published.tenant(params.tenantId) === undefined) throw new Refusal('not_found', 'There is no such tenant.');
  const issuer = sessionIssuer(publicUrl, params.tenantId);
  return { issuer, jwks_uri: `${issuer}/.well-known/jwks` };
});
