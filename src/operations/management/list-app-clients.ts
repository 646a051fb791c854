import { listAppClients as route } from '../../contract/management/app-clients.ts';
import { listAppClients as listRows } from '../../storage/queries/app-clients.ts';
import { operation } from '../operation.ts';
import { appClientView } from '../../views/app-client-view.ts';

export const listAppClients = operation(route, async ({ db }, { caller: { tenant } }) =>
  (await listRows(db, tenant.tenantId)).map(appClientView),
);
