import { Refusal } from '../../contract/errors.ts';
import { permits } from '../../contract/portal/roles.ts';
import { updateTenant as route } from '../../contract/management/tenant.ts';
import { stepUpMs } from '../../core/operators/session-periods.ts';
import { tellAdmins } from '../../operators/tell-admins.ts';
import type { KeyHolder } from '../../storage/published.ts';
import { loadTenantSettings, recordTenantSettings } from '../../storage/queries/tenant-settings.ts';
import { operation } from '../operation.ts';
import type { OperatorCaller } from '../../calls/caller.ts';
import type { Context } from '../../calls/context.ts';
import { applySettings } from '../../configuring/apply-patch.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';
import { requireReachableUrl } from '../../configuring/require-reachable-url.ts';
import { settleSettingEndpoints } from '../../configuring/settle-setting-endpoints.ts';
import type { Sql } from '../../storage/sql.ts';
import { tenantView } from '../../views/tenant-view.ts';

export const updateTenant = operation(route, async (context, request) => {
  const { tenantId } = request.caller.tenant;
  const { name, ...sent } = request.body;
  requireReachableUrl(context, sent.authenticatorEventsWebhookConfig?.url, 'authenticatorEventsWebhookConfig.url');
  requireReachableUrl(context, sent.logEventsWebhookConfig?.endpointUrl, 'logEventsWebhookConfig.endpointUrl');
  return changeConfiguration(context, route, request, async (sql) => {
    const row = await loadTenantSettings(sql, tenantId);
    const changed = { ...row, name: name ?? row.name, settings: applySettings(row.settings, sent) };
    const endsTwoPeople =
      row.settings['rulesNeedTwoPeople'] === true && changed.settings['rulesNeedTwoPeople'] !== true;
    if (endsTwoPeople) await endTwoPeople(sql, context, request.caller);
    await recordTenantSettings(sql, tenantId, changed);
    await settleSettingEndpoints(sql, context.runtime, tenantId, changed.settings);
    const answer = tenantView(tenantId, changed);
    return { before: tenantView(tenantId, row), after: answer, answer };
  });
});

/**
 * Lets one person publish rules again. It takes who may change the team: they could add a second person of their own anyway. All
 * admins are told. @throws {Refusal} `forbidden`, `step_up_required`
 */
async function endTwoPeople(sql: Sql, context: Context, caller: KeyHolder | OperatorCaller): Promise<void> {
  if (caller.kind !== 'operator' || !permits(caller.roles, 'team:change')) {
    throw new Refusal(
      'forbidden',
      'rulesNeedTwoPeople is switched off in the portal, by somebody who may change the team.',
    );
  }
  if (context.runtime.clock.now() - caller.provedAtMs >= stepUpMs) {
    throw new Refusal('step_up_required', 'Prove again who you are, then repeat the call.');
  }
  const { tenant, operatorId, email } = caller;
  await tellAdmins(sql, context, [tenant.tenantId], operatorId, {
    heading: 'One person publishes rules again',
    description: 'Somebody has switched off that rules take two people.',
    facts: [['By:', email]],
    advice: 'If you do not expect this, look at the audit log.',
  });
}
