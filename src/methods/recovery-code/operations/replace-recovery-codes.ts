import { isVerified } from '../../../core/is-verified.ts';
import { replaceRecoveryCodes as route } from '../contract.ts';
import { Refusal } from '../../../contract/errors.ts';
import { holdAction } from '../../../proving/hold-action.ts';
import { openAction } from '../../../proving/open-action.ts';
import { permitRecoverySet, requireRecoveryCodes } from '../../../proving/permit.ts';
import { settleFactors } from '../../../proving/settle-factors.ts';
import { hasRecoverySet, replaceRecoveryCodes as recordSet } from '../../../storage/queries/recovery-codes.ts';
import { forgetDevices } from '../../../storage/queries/devices.ts';
import { findReachedLimit, lockSending, recordMessage } from '../../../storage/queries/sent-messages.ts';
import { newRecoveryCodes } from '../../../proving/new-recovery-codes.ts';
import { operation } from '../../../operations/operation.ts';
import { queueNotice } from '../../../telling/queue-notice.ts';
import { recordAudit } from '../../../calls/record-audit.ts';

/** Sets that a user may be shown within an hour (ruling 48): each costs as much as many guesses. */
const setsLimit = { messagesMax: 5, windowMs: 3_600_000 };

export const replaceRecoveryCodes = operation(route, async (context, request) => {
  const { db, runtime } = context;
  const action = await openAction(context, request.caller);
  requireRecoveryCodes(action);
  permitRecoverySet(action, await hasRecoverySet(db, action.key.tenantId, action.key.userId));
  if (action.verified.length === 0) throw nothingEnrolled();
  const { tenantId, userId } = action.key;
  // Hashing is slow on purpose, so it happens before the transaction.
  const { codes, salt, hashes } = await newRecoveryCodes(context, action.tenant);
  const setId = runtime.ids.uuid();
  await db.transaction(async (sql) => {
    const { authenticators } = await settleFactors(sql, context, tenantId, await holdAction(sql, action));
    const verified = authenticators.filter(isVerified);
    if (verified.length === 0) throw nothingEnrolled();
    const nowMs = runtime.clock.now();
    permitRecoverySet({ ...action, verified, nowMs }, await hasRecoverySet(sql, tenantId, userId));
    const made = { subject: `user:${userId}`, verificationMethod: 'RECOVERY_CODE' };
    await lockSending(sql, tenantId, [made]);
    if ((await findReachedLimit(sql, tenantId, [{ ...setsLimit, ...made }], nowMs)) !== undefined) {
      throw new Refusal('too_many_requests', 'Too many sets of recovery codes were made. Try again later.', 3_600);
    }
    await recordMessage(sql, tenantId, [{ ...made, messageId: setId }], nowMs);
    await recordSet(sql, tenantId, userId, { salt, hashes, nowMs });
    await forgetDevices(sql, tenantId, userId);
    const notice = { type: 'recovery-codes-made', codesLeft: codes.length } as const;
    await queueNotice(sql, context, action.tenant, userId, notice);
    await recordAudit(sql, context, route, request, userId, { setId, codes: codes.length });
  });
  return { userAuthenticatorId: setId, recoveryCodes: [...codes] };
});

// Codes created in advance would give whoever kept them access to what is enrolled later (A15).
function nothingEnrolled(): Refusal {
  return new Refusal('invalid_request', 'The user has nothing enrolled that recovery codes could stand in for.');
}
