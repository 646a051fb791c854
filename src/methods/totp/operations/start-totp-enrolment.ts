import { startTotpEnrolment as route } from '../contract.ts';
import { methods } from '../../registry.ts';
import { holdAction } from '../../../proving/hold-action.ts';
import { openAction } from '../../../proving/open-action.ts';
import { permitEnrolment } from '../../../proving/permit.ts';
import type { Tenant } from '../../../storage/published.ts';
import { discardPendingAuthenticators, recordPendingAuthenticator } from '../../../storage/queries/authenticators.ts';
import { authenticatorSecretPlace } from '../../../calls/authenticator-secret-place.ts';
import { methodSettings } from '../../../configuring/method-settings.ts';
import { operation } from '../../../operations/operation.ts';
import { recordAudit } from '../../../calls/record-audit.ts';

const method = 'AUTHENTICATOR_APP';

export const startTotpEnrolment = operation(route, async (context, request) => {
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
      userId,
      authenticatorId,
      verificationMethod: method,
      email: null,
      phoneNumber: null,
      state: enrolment.state,
      secretSealed: sealed,
      createdAt: nowMs,
    });
    await recordAudit(sql, context, route, request, userId, { verificationMethod: method, authenticatorId });
  });
  return { userAuthenticatorId: authenticatorId, userId, uri, secret };
});

/** The owner of the account, as the app shows it. */
function issuerName(tenant: Tenant): string {
  const configured = methodSettings(tenant, method)['issuerName'];
  return typeof configured === 'string' ? configured : tenant.name;
}
