import { listRuleSets as route } from '../../contract/portal/rule-sets.ts';
import { listActionConfigurations } from '../../storage/queries/action-configurations.ts';
import { listRuleDrafts } from '../../storage/queries/rule-drafts.ts';
import { countRules } from '../../storage/queries/rules.ts';
import { omitAbsent } from '../../views/omit-absent.ts';
import { wireTime } from '../../views/wire-values.ts';
import { operation } from '../operation.ts';

export const listRuleSets = operation(route, async ({ db }, { caller }) => {
  const { tenantId } = caller.tenant;
  const counts = await countRules(db, tenantId);
  const drafts = await listRuleDrafts(db, tenantId);
  const rows = await listActionConfigurations(db, tenantId);
  return rows.map(({ actionCode, defaultResult, lastActionAt }) => {
    const { rules = 0, activeRules = 0 } = counts.get(actionCode) ?? {};
    const draft = drafts.get(actionCode);
    return {
      actionCode,
      defaultOutcome: defaultResult,
      rules,
      activeRules,
      ...omitAbsent({
        lastActionAt: lastActionAt === null ? undefined : wireTime(lastActionAt),
        draftAt: draft === undefined ? undefined : wireTime(draft.changedAt),
        askedAt: draft?.askedAt === null || draft === undefined ? undefined : wireTime(draft.askedAt),
      }),
    };
  });
});
