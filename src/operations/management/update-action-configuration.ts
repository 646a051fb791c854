import { updateActionConfiguration as route } from '../../contract/management/action-configurations.ts';
import { recordActionConfiguration } from '../../storage/queries/action-configurations.ts';
import { operation } from '../operation.ts';
import { actionConfigurationView } from './action-configuration-view.ts';
import { applyPatch } from './apply-patch.ts';
import { changeConfiguration } from './change-configuration.ts';
import { checkMethods } from './check-methods.ts';
import { checkWebhookUrl } from './check-webhook-url.ts';
import { demandColumns } from './demand-view.ts';
import { findActionConfiguration } from './find-action-configuration.ts';
import { refuseChange } from './refuse-change.ts';

export const updateActionConfiguration = operation(route, async (context, request) => {
  const { body, params } = request;
  const { tenantId } = request.caller.tenant;
  return changeConfiguration(context, route, request, async (sql) => {
    const row = await findActionConfiguration(sql, tenantId, params.actionCode);
    refuseChange('actionCode', body.actionCode, row.action_code);
    refuseChange('actionType', body.actionType, row.action_type);
    checkWebhookUrl(context, body.verificationWebhookUrl);
    const changed = applyPatch(row, {
      ...demandColumns(body),
      default_result: body.defaultUserActionResult,
      messaging_templates: body.messagingTemplates,
      verification_webhook_url: body.verificationWebhookUrl,
    });
    await checkMethods(sql, tenantId, body, changed);
    await recordActionConfiguration(sql, tenantId, changed, context.runtime.clock.now());
    const answer = actionConfigurationView(tenantId, changed);
    return {
      before: actionConfigurationView(tenantId, row),
      after: answer,
      actionCodes: [row.action_code],
      answer,
    };
  });
});
