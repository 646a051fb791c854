import { startTotpEnrolment as route } from '../../contract/client/totp.ts';
import { methods } from '../../methods/registry.ts';
import { holdAction } from '../../proving/hold-action.ts';
import { openAction } from '../../proving/open-action.ts';
import { permitEnrolment } from '../../proving/permit.ts';
import type { Tenant } from '../../storage/published.ts';
import { discardPendingAuthenticators, recordPendingAuthenticator } from '../../storage/queries/authenticators.ts';
import { authenticatorSecretPlace } from '../authenticator-secret-place.ts';
import { methodSettings } from '../method-settings.ts';
import { tokenOperation } from '../operation.ts';
import { recordAudit } from '../record-audit.ts';

const method = 'AUTHENTICATOR_APP';

export const startTotpEnrolment = tokenOperation(route, async (context, request) => {
  const { runtime, seal, db } = context;
  const action = await openAction(context, request.caller);
  permitEnrolment(action, method);
  const { tenantId, userId } = action.key;
  const { username, email } = action.row;
  const codes = methods.get(method)?.counterCodes;
  if (codes === undefined) throw new Error('The authenticator app makes its own codes.');
  const names = { issuer: issuerName(action.tenant), account: username ?? email ?? userId };
  const { enrolment, uri, secret } = codes.newSecret(names, runtime.random);
  const nowMs = runtime.clock.now();
  const authenticatorId = runtime.ids.uuid();
  const sealed =
    enrolment.secret === undefined
      ? null
      : seal.seal(enrolment.secret, authenticatorSecretPlace(tenantId, authenticatorId));
  await db.transaction(async (sql) => {
    await holdAction(sql, action);
    await discardPendingAuthenticators(sql, tenantId, userId, method);
    await recordPendingAuthenticator(sql, tenantId, {
      user_id: userId,
      authenticator_id: authenticatorId,
      verification_method: method,
      email: null,
      phone_number: null,
      state: enrolment.state,
      secret_sealed: sealed,
      created_at: nowMs,
    });
    await recordAudit(sql, context, route, request, userId, { verificationMethod: method, authenticatorId });
  });
  return { userAuthenticatorId: authenticatorId, userId, uri, secret };
});

/** What the app shows as the account's owner. */
function issuerName(tenant: Tenant): string {
  const configured = methodSettings(tenant, method)['issuerName'];
  return typeof configured === 'string' ? configured : tenant.name;
}
