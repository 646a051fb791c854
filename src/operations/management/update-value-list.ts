import { updateValueList as route } from '../../contract/management/value-lists.ts';
import { recordValueList } from '../../storage/queries/value-lists.ts';
import { listActionsNaming } from '../../storage/queries/rule-sets.ts';
import { operation } from '../operation.ts';
import { applyPatch } from '../../configuring/apply-patch.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';
import { findValueList } from '../../configuring/find-value-list.ts';
import { readListItems } from '../../configuring/read-list-items.ts';
import { requireUnchanged } from '../../configuring/require-unchanged.ts';
import { valueListView } from '../../views/value-list-view.ts';

export const updateValueList = operation(route, async (context, request) => {
  const { body, params } = request;
  const { tenantId } = request.caller.tenant;
  return changeConfiguration(context, route, request, async (sql) => {
    const row = await findValueList(sql, tenantId, params.alias);
    requireUnchanged('itemType', body.itemType, row.itemType);
    const changed = applyPatch(row, {
      name: body.name,
      isActive: body.isActive,
      items: body.valueListItems ? readListItems(row.itemType, body.valueListItems) : body.valueListItems,
    });
    await recordValueList(sql, tenantId, changed, context.runtime.clock.now());
    const answer = valueListView(changed);
    const actionCodes = await listActionsNaming(sql, tenantId, row.alias);
    return { before: valueListView(row), after: answer, actionCodes, answer };
  });
});
