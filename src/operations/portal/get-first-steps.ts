import { getFirstSteps as route } from '../../contract/portal/first-steps.ts';
import { loadFirstActions } from '../../storage/queries/actions/first-steps.ts';
import { listApiKeys } from '../../storage/queries/api-keys.ts';
import { countRules } from '../../storage/queries/rules.ts';
import { hasTenantHours } from '../../storage/queries/tenant-hours.ts';
import { hasVerifiedUser } from '../../storage/queries/user-marks.ts';
import { operation } from '../operation.ts';

export const getFirstSteps = operation(route, async ({ db, runtime }, { caller: { tenant } }) => {
  const { tenantId } = tenant;
  const nowMs = runtime.clock.now();
  const keys = await listApiKeys(db, tenantId);
  const latest = await loadFirstActions(db, tenantId);
  // Actions grow old and go: what was made stays made.
  const hasProof =
    latest.hasProof || (await hasTenantHours(db, tenantId, 'acceptedProofs')) || (await hasVerifiedUser(db, tenantId));
  const hasAction = latest.hasAction || hasProof || (await hasTenantHours(db, tenantId, 'decisions'));
  const rules = await countRules(db, tenantId);
  return {
    hasServerKey: keys.some(
      ({ kind, revokedAt, expiresAt }) =>
        kind === 'server' && revokedAt === null && (expiresAt === null || expiresAt > nowMs),
    ),
    hasAction,
    hasProof,
    hasRule: [...rules.values()].some(({ activeRules }) => activeRules > 0),
  };
});
