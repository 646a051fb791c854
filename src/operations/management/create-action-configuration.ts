import { Refusal } from '../../contract/errors.ts';
import { createActionConfiguration as route } from '../../contract/management/action-configurations.ts';
import { quotas } from '../../core/quotas.ts';
import {
  claimActionCode,
  countActionConfigurations,
  loadActionConfiguration,
  recordActionConfiguration,
} from '../../storage/queries/action-configurations.ts';
import { operation } from '../operation.ts';
import { actionConfigurationView } from './action-configuration-view.ts';
import { applyPatch } from './apply-patch.ts';
import { changeConfiguration } from './change-configuration.ts';
import { checkMethods } from './check-methods.ts';
import { checkWebhookUrl } from './check-webhook-url.ts';
import { demandColumns } from './demand-view.ts';
import { refuseMoreThan } from './refuse-more-than.ts';

export const createActionConfiguration = operation(route, async (context, request) => {
  const { body } = request;
  const { tenantId } = request.caller.tenant;
  const nowMs = context.runtime.clock.now();
  const action = { action_code: body.actionCode, default_result: body.defaultUserActionResult };
  if (body.actionType === 'FLOW') {
    throw new Refusal('invalid_configuration', 'Actions of type FLOW are not part of this release.');
  }
  checkWebhookUrl(context, body.verificationWebhookUrl);
  return changeConfiguration(context, route, request, async (sql) => {
    const isNew = await claimActionCode(sql, tenantId, action, nowMs);
    const row = await loadActionConfiguration(sql, tenantId, body.actionCode);
    if (row === undefined) throw new Error('A claimed action code has a row.');
    if (!isNew && row.archived_at === null) {
      throw new Refusal('resource_already_exists', `An action configuration ${body.actionCode} already exists.`);
    }
    const created = applyPatch(
      { ...row, ...action, archived_at: null },
      {
        ...demandColumns(body),
        messaging_templates: body.messagingTemplates,
        verification_webhook_url: body.verificationWebhookUrl,
      },
    );
    await checkMethods(sql, tenantId, body, created);
    await recordActionConfiguration(sql, tenantId, created, nowMs);
    const live = await countActionConfigurations(sql, tenantId);
    refuseMoreThan(quotas.actionConfigurations.max, live, 'action configurations that are not archived');
    const answer = actionConfigurationView(tenantId, created);
    return {
      before: isNew ? undefined : actionConfigurationView(tenantId, row),
      after: answer,
      actionCodes: [body.actionCode],
      answer,
    };
  });
});
