import { deleteAlert as route } from '../../contract/management/alerts.ts';
import { deleteAlertRow } from '../../storage/queries/alerts.ts';
import { operation } from '../operation.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';
import { findAlert } from '../../configuring/find-alert.ts';
import { auditedAlert } from '../../views/alert-view.ts';

export const deleteAlert = operation(route, async (context, request) => {
  const { tenantId } = request.caller.tenant;
  return changeConfiguration(context, route, request, async (sql) => {
    const row = await findAlert(sql, tenantId, request.params.id);
    await deleteAlertRow(sql, tenantId, row.alertId);
    return { before: auditedAlert(row), after: undefined, answer: { success: true } as const };
  });
});
