import { listAlerts as route } from '../../contract/management/alerts.ts';
import { listAlerts as listRows } from '../../storage/queries/alerts.ts';
import { operation } from '../operation.ts';
import { alertView } from '../../views/alert-view.ts';

export const listAlerts = operation(route, async ({ db }, { caller: { tenant } }) =>
  (await listRows(db, tenant.tenantId)).map(alertView),
);
