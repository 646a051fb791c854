import { updateAppClient as route } from '../../contract/management/app-clients.ts';
import { appClientDefaults as defaults } from '../../core/sessions/app-client-defaults.ts';
import { recordAppClient } from '../../storage/queries/app-clients.ts';
import { operation } from '../operation.ts';
import { appClientView } from './app-client-view.ts';
import { applyPatch } from './apply-patch.ts';
import { changeConfiguration } from './change-configuration.ts';
import { findAppClient } from './find-app-client.ts';

export const updateAppClient = operation(route, async (context, request) => {
  const { body, params } = request;
  const { tenantId } = request.caller.tenant;
  return changeConfiguration(context, route, request, async (sql) => {
    const row = await findAppClient(sql, tenantId, params.clientId);
    const { accessTokenLifetimeInMinutes: minutes, refreshTokenLifetimeInDays: days, customClaims: claims } = body;
    const changed = applyPatch(row, {
      name: body.name,
      // Clearing a member brings its default back.
      access_token_lifetime_in_minutes: minutes === null ? defaults.access_token_lifetime_in_minutes : minutes,
      refresh_token_lifetime_in_days: days === null ? defaults.refresh_token_lifetime_in_days : days,
      custom_claims: claims === null ? defaults.custom_claims : claims,
    });
    await recordAppClient(sql, tenantId, changed, context.runtime.clock.now());
    const answer = appClientView(changed);
    return { before: appClientView(row), after: answer, answer };
  });
});
