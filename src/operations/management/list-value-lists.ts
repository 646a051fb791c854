import { listValueLists as route } from '../../contract/management/value-lists.ts';
import { listValueLists as listRows } from '../../storage/queries/value-lists.ts';
import { operation } from '../operation.ts';
import { valueListView } from './value-list-view.ts';

export const listValueLists = operation(route, async ({ db }, { caller: { tenant } }) =>
  (await listRows(db, tenant.tenantId)).map(valueListView),
);
