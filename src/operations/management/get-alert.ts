import { getAlert as route } from '../../contract/management/alerts.ts';
import { operation } from '../operation.ts';
import { findAlert } from '../../configuring/find-alert.ts';
import { alertView } from '../../views/alert-view.ts';

export const getAlert = operation(route, async ({ db }, { caller: { tenant }, params }) =>
  alertView(await findAlert(db, tenant.tenantId, params.id)),
);
