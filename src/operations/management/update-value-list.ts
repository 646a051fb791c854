import { updateValueList as route } from '../../contract/management/value-lists.ts';
import { recordValueList } from '../../storage/queries/value-lists.ts';
import { listActionsNaming } from '../../storage/queries/rule-sets.ts';
import { operation } from '../operation.ts';
import { applyPatch } from './apply-patch.ts';
import { changeConfiguration } from './change-configuration.ts';
import { findValueList } from './find-value-list.ts';
import { readListItems } from './read-list-items.ts';
import { refuseChange } from './refuse-change.ts';
import { valueListView } from './value-list-view.ts';

export const updateValueList = operation(route, async (context, request) => {
  const { body, params } = request;
  const { tenantId } = request.caller.tenant;
  return changeConfiguration(context, route, request, async (sql) => {
    const row = await findValueList(sql, tenantId, params.alias);
    refuseChange('itemType', body.itemType, row.item_type);
    const changed = applyPatch(row, {
      name: body.name,
      is_active: body.isActive,
      items: body.valueListItems ? readListItems(row.item_type, body.valueListItems) : body.valueListItems,
    });
    await recordValueList(sql, tenantId, changed, context.runtime.clock.now());
    const answer = valueListView(changed);
    const actionCodes = await listActionsNaming(sql, tenantId, row.alias);
    return { before: valueListView(row), after: answer, actionCodes, answer };
  });
});
