import { getValueList as route } from '../../contract/management/value-lists.ts';
import { operation } from '../operation.ts';
import { findValueList } from '../../configuring/find-value-list.ts';
import { valueListView } from '../../views/value-list-view.ts';

export const getValueList = operation(route, async ({ db }, { caller: { tenant }, params }) =>
  valueListView(await findValueList(db, tenant.tenantId, params.alias)),
);
