import { Refusal } from '../../contract/errors.ts';
import type { Route } from '../../contract/route.ts';
import { isVerified } from '../../core/is-verified.ts';
import { recordUser } from '../../storage/queries/users.ts';
import type { Context } from '../../calls/context.ts';
import { recordAudit } from '../../calls/record-audit.ts';
import type { ClientRequest } from '../../calls/request.ts';
import { requireEditable } from '../../configuring/method-settings.ts';
import { isLastVerified, removeAuthenticator } from '../remove-authenticator.ts';
import { holdFactors } from '../settle-factors.ts';
import { invalidAppCredential, requireAppSignature } from './app-keys.ts';

const periodMs = 600_000;

/** What an app signs to remove its key: the ten minutes that it is in, the ones before, or those after (client-api 6.1). */
function removalMessages(nowMs: number): readonly string[] {
  const period = Math.floor(nowMs / periodMs);
  return [period, period - 1, period + 1].map((number) => `${number}.0`);
}

/** Removes a key that its app has given up. It takes the key's signature, and no token. */
export async function removeAppCredential<R extends Route>(
  context: Context,
  request: ClientRequest<R> & { readonly body: { readonly publicKey: string; readonly signature: string } },
  route: R,
  method: string,
): Promise<{ readonly removedAuthenticatorId: string }> {
  const { tenant } = request.caller;
  const nowMs = context.runtime.clock.now();
  const { authenticator } = await requireAppSignature(context, request, method, removalMessages(nowMs));
  if (!tenant.settings.allowDeletingUserAuthenticators) {
    throw new Refusal('invalid_configuration', 'The tenant does not let users remove their authenticators.');
  }
  requireEditable(tenant, method);
  const { userId, authenticatorId } = authenticator;
  return context.db.transaction(async (sql) => {
    const factors = await holdFactors(sql, context, tenant.tenantId, userId);
    const removed = factors?.authenticators.find((row) => row.authenticatorId === authenticatorId);
    // Another request was first.
    if (factors === undefined || removed === undefined) throw invalidAppCredential();
    const { user, authenticators } = factors;
    const isLast = isVerified(removed) && isLastVerified(authenticators, removed);
    const revokedSessions = await removeAuthenticator(sql, context, tenant.tenantId, user, authenticators, removed);
    // From now on, a token alone does not permit enrolment (A12).
    const after = { ...user, defaultAuthenticatorId: null, removedLastAuthenticator: true };
    if (isLast) await recordUser(sql, tenant.tenantId, after, nowMs);
    const data = { authenticatorId, verificationMethod: method, revokedSessions, isLast };
    await recordAudit(sql, context, route, request, userId, data);
    return { removedAuthenticatorId: authenticatorId };
  });
}
