import { replaceRecoveryCodes as route } from '../../contract/client/recovery-codes.ts';
import { Refusal } from '../../contract/errors.ts';
import { holdAction } from '../../proving/hold-action.ts';
import { openAction } from '../../proving/open-action.ts';
import { requireRecoveryCodes, requireScope } from '../../proving/permit.ts';
import { loadAuthenticators } from '../../storage/queries/authenticators.ts';
import { replaceRecoveryCodes as recordSet } from '../../storage/queries/recovery-codes.ts';
import { newRecoveryCodes } from '../new-recovery-codes.ts';
import { tokenOperation } from '../operation.ts';
import { queueNotice } from '../queue-notice.ts';
import { recordAudit } from '../record-audit.ts';

export const replaceRecoveryCodes = tokenOperation(route, async (context, request) => {
  const { db, runtime } = context;
  const action = await openAction(context, request.caller);
  requireRecoveryCodes(action);
  requireScope(action, 'add:authenticators');
  if (action.verified.length === 0) throw nothingEnrolled();
  const { tenantId, userId } = action.key;
  // Hashing is slow on purpose, so it happens before the transaction.
  const { codes, salt, hashes } = await newRecoveryCodes(context, action.tenant);
  const setId = runtime.ids.uuid();
  await db.transaction(async (sql) => {
    await holdAction(sql, action);
    const isEnrolled = (await loadAuthenticators(sql, tenantId, userId)).some((row) => row.verified_at !== null);
    if (!isEnrolled) throw nothingEnrolled();
    await recordSet(sql, tenantId, userId, { salt, hashes, nowMs: runtime.clock.now() });
    const notice = { type: 'recovery-codes-made', codesLeft: codes.length } as const;
    await queueNotice(sql, context, action.tenant, userId, notice);
    await recordAudit(sql, context, route, request, userId, { setId, codes: codes.length });
  });
  return { userAuthenticatorId: setId, recoveryCodes: [...codes] };
});

// Codes that were made ahead would open what is enrolled later to whoever kept them (A15).
function nothingEnrolled(): Refusal {
  return new Refusal('invalid_request', 'The user has nothing enrolled that recovery codes could stand in for.');
}
