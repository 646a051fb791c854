import { updatePushCredential as route } from '../contract.ts';
import { lifetimeOf } from '../../../proving/apps/add-app-credential.ts';
import { invalidAppCredential, recordAppRefusal, requireAppSignature } from '../../../proving/apps/app-keys.ts';
import { signingMessage } from '../../../proving/apps/signing-messages.ts';
import { recordAppCredential } from '../../../storage/queries/authenticators.ts';
import { spendSigningMessage } from '../../../storage/queries/challenges/signing-messages.ts';
import { isUuid } from '../../../calls/is-uuid.ts';
import { recordAudit } from '../../../calls/record-audit.ts';
import { sealPushToken } from '../../../telling/push-token.ts';
import { appCredentialView } from '../../../views/app-credential-view.ts';
import { wireTime } from '../../../views/wire-values.ts';
import { omitAbsent } from '../../../views/omit-absent.ts';
import { operation } from '../../../operations/operation.ts';

const method = 'PUSH';

/** A new push token, or a new lifetime, for whoever has the private key. */
export const updatePushCredential = operation(route, async (context, request) => {
  const { body, caller } = request;
  const { tenant } = caller;
  const { tenantId } = tenant;
  const message = signingMessage('update', body.challengeId);
  const { authenticator } = await requireAppSignature(context, request, method, [message]);
  const { userId, authenticatorId } = authenticator;
  const nowMs = context.runtime.clock.now();
  const isOpen =
    isUuid(body.challengeId) &&
    (await spendSigningMessage(context.db, tenantId, authenticatorId, 'update', body.challengeId, nowMs));
  if (!isOpen) throw await recordAppRefusal(context, request, userId, method, 'challenge');
  const { pushToken, resetExpiry } = body;
  const hasToken = pushToken !== undefined && pushToken !== '';
  return context.db.transaction(async (sql) => {
    const stored = await recordAppCredential(sql, tenantId, authenticator, {
      removed: [...(hasToken ? ['erroredAt', 'errorCode'] : []), ...(resetExpiry === true ? ['expiresAt'] : [])],
      set: resetExpiry === true ? lifetimeOf(tenant, method, nowMs) : {},
      ...(hasToken ? { secretSealed: sealPushToken(context, { tenantId, authenticatorId }, pushToken) } : {}),
    });
    if (stored === undefined) throw invalidAppCredential();
    const data = { authenticatorId, verificationMethod: method, hasToken, isProlonged: resetExpiry === true };
    await recordAudit(sql, context, route, request, userId, data);
    const { verifiedAt, ...view } = appCredentialView(stored);
    return {
      ...view,
      lastVerifiedAt: wireTime(stored.lastVerifiedAt ?? Date.parse(verifiedAt)),
      ...omitAbsent({ pushToken }),
    };
  });
});
