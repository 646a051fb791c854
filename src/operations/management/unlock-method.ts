import { Refusal } from '../../contract/errors.ts';
import { unlockMethod as route } from '../../contract/management/unlock-method.ts';
import { guessSubjects } from '../../proving/guess-subject.ts';
import { loadVerifiedAuthenticators } from '../../storage/queries/authenticators.ts';
import { unlockGuesses } from '../../storage/queries/guess-budgets.ts';
import { operation } from '../operation.ts';
import { recordAudit } from '../record-audit.ts';

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
    await recordAudit(sql, context, route, request, userId, {
      verificationMethod,
      ...(resetsDisabled ? { resetDisabled: true } : {}),
    });
    return { success: true } as const;
  });
});
