import { listActionConfigurations as route } from '../../contract/management/action-configurations.ts';
import { listActionConfigurations as listRows } from '../../storage/queries/action-configurations.ts';
import { operation } from '../operation.ts';
import { actionConfigurationView } from '../../views/action-configuration-view.ts';

export const listActionConfigurations = operation(route, async ({ db }, { caller: { tenant } }) =>
  (await listRows(db, tenant.tenantId)).map((row) => actionConfigurationView(tenant.tenantId, row)),
);
