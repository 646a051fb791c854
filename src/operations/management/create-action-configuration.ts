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
import { actionConfigurationView } from '../../views/action-configuration-view.ts';
import { applyPatch } from '../../configuring/apply-patch.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';
import { requireEnabledMethods } from '../../configuring/require-enabled-methods.ts';
import { requireReachableUrl } from '../../configuring/require-reachable-url.ts';
import { demandColumns } from '../../views/demand-view.ts';
import { requireRoom } from '../../configuring/require-room.ts';
import { requireNoSecondPerson } from '../../configuring/rule-requests.ts';

export const createActionConfiguration = operation(route, async (context, request) => {
  const { body } = request;
  const { tenantId } = request.caller.tenant;
  const nowMs = context.runtime.clock.now();
  const action = { actionCode: body.actionCode, defaultResult: body.defaultUserActionResult };
  if (body.actionType === 'FLOW') {
    throw new Refusal('invalid_configuration', 'Actions of type FLOW are not part of this release.');
  }
  requireReachableUrl(context, body.verificationWebhookUrl);
  return changeConfiguration(context, route, request, async (sql) => {
    const isNew = await claimActionCode(sql, tenantId, action, nowMs);
    const row = await loadActionConfiguration(sql, tenantId, body.actionCode);
    if (row === undefined) throw new Error('A claimed action code has a row.');
    if (!isNew && row.archivedAt === null) {
      throw new Refusal('resource_already_exists', `An action configuration ${body.actionCode} already exists.`);
    }
    // Its rules come back with it.
    if (!isNew) await requireNoSecondPerson(sql, tenantId);
    const created = applyPatch(
      { ...row, ...action, archivedAt: null },
      {
        ...demandColumns(body),
        messagingTemplates: body.messagingTemplates,
        verificationWebhookUrl: body.verificationWebhookUrl,
        rememberDevice: body.rememberDevices,
      },
    );
    await requireEnabledMethods(sql, tenantId, body, created);
    await recordActionConfiguration(sql, tenantId, created, nowMs);
    const live = await countActionConfigurations(sql, tenantId);
    requireRoom(quotas.actionConfigurations.max, live, 'action configurations that are not archived');
    const answer = actionConfigurationView(tenantId, created);
    return {
      before: isNew ? undefined : actionConfigurationView(tenantId, row),
      after: answer,
      actionCodes: [body.actionCode],
      answer,
    };
  });
});
