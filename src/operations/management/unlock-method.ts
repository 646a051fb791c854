import { Refusal } from '../../contract/errors.ts';
import { unlockMethod as route } from '../../contract/management/unlock-method.ts';
import { unlockGuessBudget } from '../../storage/queries/guess-budgets.ts';
import { operation } from '../operation.ts';
import { recordAudit } from '../record-audit.ts';

export const unlockMethod = operation(route, async (context, request) => {
  const { tenantId } = request.caller.tenant;
  const { userId, verificationMethod } = request.params;
  const subject = { tenantId, subject: `user:${userId}`, verificationMethod, canLock: true };
  return context.db.transaction(async (sql) => {
    if (!(await unlockGuessBudget(sql, subject, context.runtime.clock.now()))) {
      throw new Refusal('not_found', 'The user has no failed guesses at this method.');
    }
    await recordAudit(sql, context, route, request, userId, { verificationMethod });
    return { success: true } as const;
  });
});
