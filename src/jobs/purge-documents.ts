import { quotas } from '../core/quotas.ts';
import {
  deflateOldDocuments,
  deleteOldDocuments,
  listTenantsWithMoreDocuments,
  loadSurplusDocuments,
} from '../storage/queries/published-documents.ts';
import { lockTenantConfiguration } from '../storage/queries/tenants.ts';
import { eachAlone } from './each-alone.ts';
import type { Job, JobContext } from './job.ts';

// So that a list that is changed and changed back is not compressed in the meantime.
const uncompressedMs = 10 * 60_000;

// A document has 6 MiB at most.
const deflatedAtOnce = 5;
// The limit of one run, so that a node that is asked to stop does so soon.
const deflateBatchesMax = 40;
const deletedAtOnce = 200;
const surplusMax = 20_000;

/** Compresses published documents that no current rule set names, and deletes a tenant's oldest beyond the limit. */
export const purgeDocuments: Job = {
  name: 'purge-documents',
  intervalMs: 60_000,
  run: (context) => purgeDocumentsBeyond(context, quotas.oldPublishedBytes.max),
};

/** One run of {@link purgeDocuments}. The next run does what was interrupted. */
export async function purgeDocumentsBeyond(
  { db, runtime }: Pick<JobContext, 'db' | 'runtime'>,
  bytesMax: number,
): Promise<void> {
  for (let batch = 0; batch < deflateBatchesMax; batch += 1) {
    const deflated = await deflateOldDocuments(db, runtime.clock.now() - uncompressedMs, deflatedAtOnce);
    if (deflated < deflatedAtOnce) break;
  }
  await eachAlone(await listTenantsWithMoreDocuments(db, bytesMax), async (tenantId) => {
    const surplus = await loadSurplusDocuments(db, tenantId, bytesMax, surplusMax);
    for (let start = 0; start < surplus.length; start += deletedAtOnce) {
      await db.transaction(async (sql) => {
        // While this lock is held, no change can name one of them again.
        await lockTenantConfiguration(sql, tenantId);
        await deleteOldDocuments(sql, tenantId, surplus.slice(start, start + deletedAtOnce));
      });
    }
  });
}
