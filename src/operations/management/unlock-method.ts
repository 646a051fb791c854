import { Refusal } from '../../contract/errors.ts';
import { unlockMethod as route } from '../../contract/management/unlock-method.ts';
import { guessSubjects } from '../../counting/guess-subject.ts';
import { loadVerifiedAuthenticators } from '../../storage/queries/authenticators.ts';
import { recordEvent } from '../../storage/queries/events.ts';
import { unlockGuesses } from '../../storage/queries/guess-budgets.ts';
import { operation } from '../operation.ts';
import { recordAudit } from '../../calls/record-audit.ts';

export const unlockMethod = operation(route, async (context, request) => {
  const { tenant } = request.caller;
  const { tenantId } = tenant;
  const { userId, verificationMethod } = request.params;
  const resetsDisabled = request.body.resetDisabled === true;
  return context.db.transaction(async (sql) => {
    const guesses = guessSubjects(tenant, userId, await loadVerifiedAuthenticators(sql, tenantId, userId));
    const given = { resetsDisabled, nowMs: context.runtime.clock.now() };
    if (!(await unlockGuesses(sql, tenantId, { ...guesses, verificationMethod }, given))) {
      throw new Refusal('not_found', 'The user has no failed guesses at this method.');
    }
    const data = { userId, verificationMethod };
    await recordEvent(sql, context.runtime, { tenantId, type: 'verification_method.unlocked', userId, data });
    await recordAudit(sql, context, route, request, userId, {
      verificationMethod,
      ...(resetsDisabled ? { resetDisabled: true } : {}),
    });
    return { success: true } as const;
  });
});
