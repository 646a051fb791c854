import { getAppClient as route } from '../../contract/management/app-clients.ts';
import { operation } from '../operation.ts';
import { appClientView } from './app-client-view.ts';
import { findAppClient } from './find-app-client.ts';

export const getAppClient = operation(route, async ({ db }, { caller: { tenant }, params }) =>
  appClientView(await findAppClient(db, tenant.tenantId, params.clientId)),
);
