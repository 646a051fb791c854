import { findActionConfiguration } from '../../configuring/find-action-configuration.ts';
import { listRuleVersions as route } from '../../contract/portal/rule-sets.ts';
import { loadVersionNames, ruleVersionView } from '../../operators/rule-version-view.ts';
import { listRuleVersions as load } from '../../storage/queries/rule-versions.ts';
import { operation } from '../operation.ts';

export const listRuleVersions = operation(route, async ({ db }, { caller, params }) => {
  const { tenantId } = caller.tenant;
  const { actionCode } = await findActionConfiguration(db, tenantId, params.actionCode);
  const rows = await load(db, tenantId, actionCode);
  const names = await loadVersionNames(db, rows);
  return rows.map((row) => ruleVersionView(row, names));
});
