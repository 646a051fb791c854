import { deleteValueList as route } from '../../contract/management/value-lists.ts';
import { deleteValueListRow } from '../../storage/queries/value-lists.ts';
import { listActionsNaming } from '../../storage/queries/rule-sets.ts';
import { operation } from '../operation.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';
import { findValueList } from '../../configuring/find-value-list.ts';
import { valueListView } from '../../views/value-list-view.ts';

export const deleteValueList = operation(route, async (context, request) => {
  const { tenantId } = request.caller.tenant;
  return changeConfiguration(context, route, request, async (sql) => {
    const row = await findValueList(sql, tenantId, request.params.alias);
    await deleteValueListRow(sql, tenantId, row.alias);
    const actionCodes = await listActionsNaming(sql, tenantId, row.alias);
    return { before: valueListView(row), after: undefined, actionCodes, answer: { success: true } as const };
  });
});
