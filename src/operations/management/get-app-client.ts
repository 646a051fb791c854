import { getAppClient as route } from '../../contract/management/app-clients.ts';
import { operation } from '../operation.ts';
import { appClientView } from '../../views/app-client-view.ts';
import { findAppClient } from '../../configuring/find-app-client.ts';

export const getAppClient = operation(route, async ({ db }, { caller: { tenant }, params }) =>
  appClientView(await findAppClient(db, tenant.tenantId, params.clientId)),
);
