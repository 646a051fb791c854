import { Refusal } from '../../contract/errors.ts';
import { createValueList as route } from '../../contract/management/value-lists.ts';
import { countValueLists, loadValueList, recordValueList } from '../../storage/queries/value-lists.ts';
import type { ValueListRow } from '../../storage/queries/value-lists.ts';
import { quotas } from '../../core/quotas.ts';
import { listActionsNaming } from '../../storage/queries/rule-sets.ts';
import { operation } from '../operation.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';
import { readListItems } from '../../configuring/read-list-items.ts';
import { requireRoom } from '../../configuring/require-room.ts';
import { valueListView } from '../../views/value-list-view.ts';

export const createValueList = operation(route, async (context, request) => {
  const { body } = request;
  const { tenantId } = request.caller.tenant;
  const alias = aliasOf(body.name);
  const created: ValueListRow = {
    alias,
    name: body.name,
    itemType: body.itemType,
    isActive: body.isActive,
    items: body.valueListItems ? readListItems(body.itemType, body.valueListItems) : null,
  };
  return changeConfiguration(context, route, request, async (sql) => {
    if ((await loadValueList(sql, tenantId, alias)) !== undefined) {
      throw new Refusal('resource_already_exists', `A value list with the alias ${alias} already exists.`);
    }
    await recordValueList(sql, tenantId, created, context.runtime.clock.now());
    requireRoom(quotas.valueLists.max, await countValueLists(sql, tenantId), 'value lists');
    const answer = valueListView(created);
    const actionCodes = await listActionsNaming(sql, tenantId, alias);
    return { before: undefined, after: answer, actionCodes, answer };
  });
});

function aliasOf(name: string): string {
  const alias = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  if (alias === '')
    throw new Refusal('invalid_request', 'name must have a letter a-z or a digit, for the alias of the list.');
  return alias;
}
