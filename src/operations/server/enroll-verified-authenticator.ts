import { enrollVerifiedAuthenticator as route } from '../../contract/server/authenticators.ts';
import { isVerified } from '../../core/is-verified.ts';
import type { Tenant } from '../../storage/published.ts';
import { loadAuthenticators } from '../../storage/queries/authenticators.ts';
import { newRecoveryCodes, usesRecoveryCodes } from '../../proving/new-recovery-codes.ts';
import { operation } from '../operation.ts';
import { authenticatorView } from '../../views/authenticator-view.ts';
import { readVerifiedEnrolment } from '../../proving/read-verified-enrolment.ts';
import { recordVerifiedEnrolment } from '../../proving/record-verified-enrolment.ts';

export const enrollVerifiedAuthenticator = operation(route, async (context, request) => {
  const { tenant } = request.caller;
  const { params, body } = request;
  const { userId } = params;
  const enrolled = await readVerifiedEnrolment(body);

  // Hashing is slow on purpose, so it happens before the transaction; a set that turns out not to be needed is
  // discarded.
  const mayBeFirst = !(await loadAuthenticators(context.db, tenant.tenantId, userId)).some(isVerified);
  const recoveryCodes = mayBeFirst && givesRecoveryCodes(tenant) ? await newRecoveryCodes(context, tenant) : undefined;

  const { isDefault } = body;
  const recorded = await recordVerifiedEnrolment(context, route, request, {
    userId,
    ...enrolled,
    isDefault,
    recoveryCodes,
  });
  return {
    authenticator: authenticatorView(context, recorded.authenticator, recorded.defaultId),
    ...(recoveryCodes !== undefined && recorded.isCodeSetStored ? { recoveryCodes: [...recoveryCodes.codes] } : {}),
  };
});

function givesRecoveryCodes(tenant: Tenant): boolean {
  return !tenant.settings.skipRecoveryCodesOnProgrammaticEnrollment && usesRecoveryCodes(tenant);
}
