import { getFirstSteps as route } from '../../contract/portal/first-steps.ts';
import { loadFirstActions } from '../../storage/queries/actions/first-steps.ts';
import { listApiKeys } from '../../storage/queries/api-keys.ts';
import { countRules } from '../../storage/queries/rules.ts';
import { operation } from '../operation.ts';

export const getFirstSteps = operation(route, async ({ db, runtime }, { caller: { tenant } }) => {
  const { tenantId } = tenant;
  const nowMs = runtime.clock.now();
  const keys = await listApiKeys(db, tenantId);
  const { hasAction, hasProof } = await loadFirstActions(db, tenantId);
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
