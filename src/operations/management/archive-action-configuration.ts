import { archiveActionConfiguration as route } from '../../contract/management/action-configurations.ts';
import { recordActionConfiguration } from '../../storage/queries/action-configurations.ts';
import { operation } from '../operation.ts';
import { actionConfigurationView } from '../../views/action-configuration-view.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';
import { findActionConfiguration } from '../../configuring/find-action-configuration.ts';
import { requireNoSecondPerson } from '../../configuring/rule-requests.ts';

export const archiveActionConfiguration = operation(route, async (context, request) => {
  const { tenantId } = request.caller.tenant;
  const nowMs = context.runtime.clock.now();
  return changeConfiguration(context, route, request, async (sql) => {
    await requireNoSecondPerson(sql, tenantId);
    const row = await findActionConfiguration(sql, tenantId, request.params.actionCode);
    await recordActionConfiguration(sql, tenantId, { ...row, archivedAt: nowMs }, nowMs);
    return {
      before: actionConfigurationView(tenantId, row),
      after: undefined,
      actionCodes: [row.actionCode],
      answer: { success: true } as const,
    };
  });
});
