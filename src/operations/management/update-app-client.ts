import { updateAppClient as route } from '../../contract/management/app-clients.ts';
import { appClientDefaults as defaults } from '../../core/sessions/app-client-defaults.ts';
import { recordAppClient } from '../../storage/queries/app-clients.ts';
import { operation } from '../operation.ts';
import { appClientView } from '../../views/app-client-view.ts';
import { applyPatch } from '../../configuring/apply-patch.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';
import { findAppClient } from '../../configuring/find-app-client.ts';

export const updateAppClient = operation(route, async (context, request) => {
  const { body, params } = request;
  const { tenantId } = request.caller.tenant;
  return changeConfiguration(context, route, request, async (sql) => {
    const row = await findAppClient(sql, tenantId, params.clientId);
    const { accessTokenLifetimeInMinutes: minutes, refreshTokenLifetimeInDays: days, customClaims: claims } = body;
    const changed = applyPatch(row, {
      name: body.name,
      // Clearing a member restores its default.
      accessTokenLifetimeInMinutes: minutes === null ? defaults.accessTokenLifetimeInMinutes : minutes,
      refreshTokenLifetimeInDays: days === null ? defaults.refreshTokenLifetimeInDays : days,
      customClaims: claims === null ? defaults.customClaims : claims,
    });
    await recordAppClient(sql, tenantId, changed, context.runtime.clock.now());
    const answer = appClientView(changed);
    return { before: appClientView(row), after: answer, answer };
  });
});
