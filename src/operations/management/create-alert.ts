import { createAlert as route } from '../../contract/management/alerts.ts';
import { quotas } from '../../core/quotas.ts';
import { listAlerts, recordAlert } from '../../storage/queries/alerts.ts';
import type { AlertRow } from '../../storage/queries/alerts.ts';
import { operation } from '../operation.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';
import { requireRoom } from '../../configuring/require-room.ts';
import { requireUsableAlert } from '../../configuring/require-usable-alert.ts';
import { alertView, auditedAlert } from '../../views/alert-view.ts';

const defaultQuietMinutes = 15;

export const createAlert = operation(route, async (context, request) => {
  const { body } = request;
  const { tenantId } = request.caller.tenant;
  const created: AlertRow = {
    alertId: context.runtime.ids.uuid(),
    name: body.name,
    isActive: body.isActive ?? true,
    measure: body.measure,
    kinds: body.kinds ?? null,
    threshold: body.threshold,
    windowMinutes: body.windowMinutes,
    quietMinutes: body.quietMinutes ?? defaultQuietMinutes,
    recipients: body.recipients,
    raisedAt: null,
  };
  return changeConfiguration(context, route, request, async (sql) => {
    requireUsableAlert(created);
    requireRoom(quotas.alerts.max, (await listAlerts(sql, tenantId)).length + 1, 'alerts');
    await recordAlert(sql, tenantId, created, context.runtime.clock.now());
    return { before: undefined, after: auditedAlert(created), answer: alertView(created) };
  });
});
