import { updateAlert as route } from '../../contract/management/alerts.ts';
import { recordAlert } from '../../storage/queries/alerts.ts';
import { operation } from '../operation.ts';
import { applyPatch } from '../../configuring/apply-patch.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';
import { findAlert } from '../../configuring/find-alert.ts';
import { requireUnchanged } from '../../configuring/require-unchanged.ts';
import { requireUsableAlert } from '../../configuring/require-usable-alert.ts';
import { alertView, auditedAlert } from '../../views/alert-view.ts';

export const updateAlert = operation(route, async (context, request) => {
  const { body, params } = request;
  const { tenantId } = request.caller.tenant;
  return changeConfiguration(context, route, request, async (sql) => {
    const row = await findAlert(sql, tenantId, params.id);
    const { measure, ...patch } = body;
    requireUnchanged('measure', measure, row.measure);
    const patched = applyPatch(row, patch);
    const changed = patched.isActive ? patched : { ...patched, raisedAt: null };
    requireUsableAlert(changed);
    await recordAlert(sql, tenantId, changed, context.runtime.clock.now());
    return { before: auditedAlert(row), after: auditedAlert(changed), answer: alertView(changed) };
  });
});
