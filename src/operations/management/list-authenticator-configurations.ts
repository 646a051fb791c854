import { listAuthenticatorConfigurations as route } from '../../contract/management/authenticator-configurations.ts';
import { loadAuthenticatorConfigurations } from '../../storage/queries/authenticator-configurations.ts';
import { operation } from '../operation.ts';
import { olderView } from '../../configuring/authenticator-configuration-views.ts';

export const listAuthenticatorConfigurations = operation(route, async ({ db }, { caller: { tenant } }) =>
  route.reply.schema.parse((await loadAuthenticatorConfigurations(db, tenant.tenantId)).map(olderView)),
);
