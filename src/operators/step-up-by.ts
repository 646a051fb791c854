import type { Context } from '../calls/context.ts';
import { loadVerifiedAuthenticators } from '../storage/queries/authenticators.ts';
import { loadOperatorIdentity } from '../storage/queries/operator-identities.ts';
import { portalTenantId } from '../storage/queries/tenants.ts';
import type { Sql } from '../storage/sql.ts';
import { appMethod } from './app-codes.ts';

/**
 * How an operator proves again who they are. Who has an authenticator here uses that, so that who has taken over their session,
 * or their account at the issuer, does nothing dangerous.
 */
export async function loadStepUpBy(
  sql: Sql,
  { oidc }: Pick<Context, 'oidc'>,
  operatorId: string,
): Promise<'authenticator' | 'app' | 'issuer'> {
  const methods = (await loadVerifiedAuthenticators(sql, portalTenantId, operatorId)).map(
    (row) => row.verificationMethod,
  );
  if (methods.some((method) => method !== appMethod)) return 'authenticator';
  if (methods.length > 0) return 'app';
  if (oidc === undefined) return 'authenticator';
  return (await loadOperatorIdentity(sql, portalTenantId, operatorId)) === undefined ? 'authenticator' : 'issuer';
}
