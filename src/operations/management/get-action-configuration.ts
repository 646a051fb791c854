import { getActionConfiguration as route } from '../../contract/management/action-configurations.ts';
import { operation } from '../operation.ts';
import { actionConfigurationView } from '../../views/action-configuration-view.ts';
import { findActionConfiguration } from '../../configuring/find-action-configuration.ts';

export const getActionConfiguration = operation(route, async ({ db }, { caller: { tenant }, params }) =>
  actionConfigurationView(tenant.tenantId, await findActionConfiguration(db, tenant.tenantId, params.actionCode)),
);
