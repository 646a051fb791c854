import { Refusal } from '../../contract/errors.ts';
import { createAppClient as route } from '../../contract/management/app-clients.ts';
import { appClientDefaults } from '../../core/sessions/app-client-defaults.ts';
import { loadAppClient, recordAppClient } from '../../storage/queries/app-clients.ts';
import type { AppClientRow } from '../../storage/queries/app-clients.ts';
import { operation } from '../operation.ts';
import { appClientView } from './app-client-view.ts';
import { changeConfiguration } from './change-configuration.ts';

export const createAppClient = operation(route, async (context, request) => {
  const { body } = request;
  const { tenantId } = request.caller.tenant;
  const created: AppClientRow = {
    client_id: body.clientId ?? context.runtime.ids.uuid(),
    name: body.name,
    access_token_lifetime_in_minutes:
      body.accessTokenLifetimeInMinutes ?? appClientDefaults.access_token_lifetime_in_minutes,
    refresh_token_lifetime_in_days: body.refreshTokenLifetimeInDays ?? appClientDefaults.refresh_token_lifetime_in_days,
    custom_claims: body.customClaims ?? appClientDefaults.custom_claims,
  };
  return changeConfiguration(context, route, request, async (sql) => {
    if ((await loadAppClient(sql, tenantId, created.client_id)) !== undefined) {
      throw new Refusal('resource_already_exists', `An app client ${created.client_id} already exists.`);
    }
    await recordAppClient(sql, tenantId, created, context.runtime.clock.now());
    const answer = appClientView(created);
    return { before: undefined, after: answer, answer };
  });
});
