import { deleteAppClient as route } from '../../contract/management/app-clients.ts';
import { deleteAppClientRow } from '../../storage/queries/app-clients.ts';
import { operation } from '../operation.ts';
import { appClientView } from '../../views/app-client-view.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';
import { findAppClient } from '../../configuring/find-app-client.ts';

export const deleteAppClient = operation(route, async (context, request) => {
  const { tenantId } = request.caller.tenant;
  return changeConfiguration(context, route, request, async (sql) => {
    const row = await findAppClient(sql, tenantId, request.params.clientId);
    await deleteAppClientRow(sql, tenantId, row.clientId);
    return { before: appClientView(row), after: undefined, answer: { success: true } as const };
  });
});
