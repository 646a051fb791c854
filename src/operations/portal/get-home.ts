import { getHome as route } from '../../contract/portal/activity.ts';
import { countWaitingReviews } from '../../storage/queries/reviews.ts';
import { sumTenantHours } from '../../storage/queries/tenant-hours.ts';
import type { TenantSum } from '../../storage/queries/tenant-hours.ts';
import { wireTime } from '../../views/wire-values.ts';
import { operation } from '../operation.ts';

const hourMs = 60 * 60 * 1000;
/** Longer ranges are told by day. */
const hoursByHourMax = 168;

export const getHome = operation(route, async ({ db, runtime }, { caller: { tenant }, query }) => {
  const { tenantId } = tenant;
  const hours = Number(query.hours ?? '24');
  const nowMs = runtime.clock.now();
  const fromMs = nowMs - (nowMs % hourMs) - (hours - 1) * hourMs;
  const partSeconds = (hours > hoursByHourMax ? 24 : 1) * 3600;
  const sums = await sumTenantHours(db, tenantId, { fromMs, partSeconds });
  const decisions = sums.filter(({ measure }) => measure === 'decisions');
  const accepted = totals(sums.filter(({ measure }) => measure === 'acceptedProofs'));
  const refused = totals(sums.filter(({ measure }) => measure === 'failedProofs'));
  const methods = [...new Set([...Object.keys(accepted), ...Object.keys(refused)])].toSorted();
  const parts = [...new Set(decisions.map(({ at }) => at))];
  return {
    from: wireTime(fromMs),
    to: wireTime(nowMs),
    waitingReviews: await countWaitingReviews(db, tenantId),
    actions: totals(decisions),
    proofs: Object.fromEntries(
      methods.map((method) => [method, { accepted: accepted[method] ?? 0, refused: refused[method] ?? 0 }]),
    ),
    sends: totals(sums.filter(({ measure }) => measure === 'sends')),
    lockouts: sums.reduce((sum, { measure, count }) => (measure === 'lockouts' ? sum + count : sum), 0),
    hours: parts.map((at) => ({
      at: wireTime(Math.max(at, fromMs)),
      actions: totals(decisions.filter((decision) => decision.at === at)),
    })),
  };
});

/** How often each kind happened. */
function totals(sums: readonly TenantSum[]): Record<string, number> {
  const found = new Map<string, number>();
  for (const { kind, count } of sums) found.set(kind, (found.get(kind) ?? 0) + count);
  return Object.fromEntries(found);
}
