import type { Context } from '../calls/context.ts';
import { guessSubjects } from '../counting/guess-subject.ts';
import type { Tenant } from '../storage/published.ts';
import { loadVerifiedAuthenticators } from '../storage/queries/authenticators.ts';
import { isFailing } from '../storage/queries/guess-budgets.ts';

/** Whether a method that a guess has locked is still failing: that guess may have been right after all. */
export async function isStillLocked(
  { db }: Context,
  tenant: Tenant,
  userId: string,
  verificationMethod: string,
): Promise<boolean> {
  const verified = await loadVerifiedAuthenticators(db, tenant.tenantId, userId);
  const { subjects } = guessSubjects(tenant, userId, verified);
  return isFailing(db, tenant.tenantId, subjects, verificationMethod);
}
