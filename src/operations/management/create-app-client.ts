import { Refusal } from '../../contract/errors.ts';
import { createAppClient as route } from '../../contract/management/app-clients.ts';
import { appClientDefaults } from '../../core/sessions/app-client-defaults.ts';
import { loadAppClient, recordAppClient } from '../../storage/queries/app-clients.ts';
import type { AppClientRow } from '../../storage/queries/app-clients.ts';
import { operation } from '../operation.ts';
import { appClientView } from '../../views/app-client-view.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';

export const createAppClient = operation(route, async (context, request) => {
  const { body } = request;
  const { tenantId } = request.caller.tenant;
  const created: AppClientRow = {
    clientId: body.clientId ?? context.runtime.ids.uuid(),
    name: body.name,
    accessTokenLifetimeInMinutes: body.accessTokenLifetimeInMinutes ?? appClientDefaults.accessTokenLifetimeInMinutes,
    refreshTokenLifetimeInDays: body.refreshTokenLifetimeInDays ?? appClientDefaults.refreshTokenLifetimeInDays,
    customClaims: body.customClaims ?? appClientDefaults.customClaims,
  };
  return changeConfiguration(context, route, request, async (sql) => {
    if ((await loadAppClient(sql, tenantId, created.clientId)) !== undefined) {
      throw new Refusal('resource_already_exists', `An app client ${created.clientId} already exists.`);
    }
    await recordAppClient(sql, tenantId, created, context.runtime.clock.now());
    const answer = appClientView(created);
    return { before: undefined, after: answer, answer };
  });
});
