import { listApiKeys as route } from '../../contract/portal/configuration.ts';
import { listApiKeys as listRows } from '../../storage/queries/api-keys.ts';
import { apiKeyView } from '../../views/api-key-view.ts';
import { operation } from '../operation.ts';

export const listApiKeys = operation(route, async ({ db }, { caller: { tenant } }) =>
  (await listRows(db, tenant.tenantId)).map(apiKeyView),
);
