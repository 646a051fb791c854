import { updateActionConfiguration as route } from '../../contract/management/action-configurations.ts';
import { recordActionConfiguration } from '../../storage/queries/action-configurations.ts';
import { operation } from '../operation.ts';
import { actionConfigurationView } from '../../views/action-configuration-view.ts';
import { applyPatch } from '../../configuring/apply-patch.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';
import { requireEnabledMethods } from '../../configuring/require-enabled-methods.ts';
import { requireReachableUrl } from '../../configuring/require-reachable-url.ts';
import { demandColumns } from '../../views/demand-view.ts';
import { findActionConfiguration } from '../../configuring/find-action-configuration.ts';
import { requireUnchanged } from '../../configuring/require-unchanged.ts';
import { requireNoSecondPerson } from '../../configuring/rule-requests.ts';

export const updateActionConfiguration = operation(route, async (context, request) => {
  const { body, params } = request;
  const { tenantId } = request.caller.tenant;
  return changeConfiguration(context, route, request, async (sql) => {
    const row = await findActionConfiguration(sql, tenantId, params.actionCode);
    requireUnchanged('actionCode', body.actionCode, row.actionCode);
    requireUnchanged('actionType', body.actionType, row.actionType);
    requireReachableUrl(context, body.verificationWebhookUrl);
    const changed = applyPatch(row, {
      ...demandColumns(body),
      defaultResult: body.defaultUserActionResult,
      messagingTemplates: body.messagingTemplates,
      verificationWebhookUrl: body.verificationWebhookUrl,
      rememberDevice: body.rememberDevices,
    });
    await requireEnabledMethods(sql, tenantId, body, changed);
    if (changed.defaultResult !== row.defaultResult) await requireNoSecondPerson(sql, tenantId);
    await recordActionConfiguration(sql, tenantId, changed, context.runtime.clock.now());
    const answer = actionConfigurationView(tenantId, changed);
    return {
      before: actionConfigurationView(tenantId, row),
      after: answer,
      actionCodes: [row.actionCode],
      answer,
    };
  });
});
