import { reviewMail } from '../core/notices/review-mail.ts';
import { listUntoldOfReviews, recordReviewsTold } from '../storage/queries/memberships.ts';
import type { UntoldReader } from '../storage/queries/memberships.ts';
import { queueOperatorMails } from '../storage/queries/operator-mails.ts';
import { loadWaitingSummary } from '../storage/queries/reviews.ts';
import { portalTenantId } from '../storage/queries/tenants.ts';
import type { Job, JobContext } from './job.ts';

/** Nobody is told more often. */
const quietMs = 60 * 60_000;

/**
 * Tells operators who chose it that reviews wait (decision 0049): if one began to wait since they were last told, and that was
 * an hour ago. One conditional write for each of them says that they are told, with the mail in its transaction.
 */
export const tellReviews: Job = {
  name: 'tell-reviews',
  intervalMs: 30_000,
  async run(context) {
    const { db, runtime } = context;
    const untold = await listUntoldOfReviews(db, portalTenantId, runtime.clock.now() - quietMs);
    for (const tenantId of new Set(untold.map(({ memberOf }) => memberOf))) {
      const { waiting, oldestAt, newestAt } = await loadWaitingSummary(db, tenantId);
      if (oldestAt === null || newestAt === null) continue;
      const due = untold.filter((one) => one.memberOf === tenantId && newestAt > (one.reviewsToldAt ?? 0));
      for (const reader of due) await tell(context, reader, waiting, oldestAt);
    }
  },
};

async function tell(
  { db, runtime }: JobContext,
  { operatorId, memberOf, email }: UntoldReader,
  waiting: number,
  oldestMs: number,
): Promise<void> {
  const nowMs = runtime.clock.now();
  await db.transaction(async (sql) => {
    const isTold = await recordReviewsTold(sql, portalTenantId, operatorId, memberOf, {
      untilMs: nowMs - quietMs,
      nowMs,
    });
    if (!isTold) return;
    await queueOperatorMails(sql, runtime, memberOf, reviewMail(waiting, oldestMs), [{ operatorId, email }], 'reviews');
  });
}
