import { Refusal } from '../../contract/errors.ts';
import { updateTenant as route } from '../../contract/management/tenant.ts';
import { tellAdmins } from '../../operators/tell-admins.ts';
import type { KeyHolder } from '../../storage/published.ts';
import { loadTenantSettings, recordTenantSettings } from '../../storage/queries/tenant-settings.ts';
import { operation } from '../operation.ts';
import type { OperatorCaller } from '../../calls/caller.ts';
import type { Context } from '../../calls/context.ts';
import { requireFreshProof } from '../../calls/require-fresh-proof.ts';
import { stillMay } from '../../calls/still-may.ts';
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
    const named = settingsOfTwoPeople.filter((setting) => row.settings[setting] !== changed.settings[setting]);
    if (row.settings['rulesNeedTwoPeople'] === true && named.length > 0) {
      await changeAlone(sql, context, request.caller, named);
    }
    await recordTenantSettings(sql, tenantId, changed);
    await settleSettingEndpoints(sql, context.runtime, tenantId, changed.settings);
    const answer = tenantView(tenantId, changed);
    return { before: tenantView(tenantId, row), after: answer, answer };
  });
});

/** What one person could otherwise change to decide actions in another way than the rules that two people publish. */
const settingsOfTwoPeople = ['rulesNeedTwoPeople', 'unenrolledUserState', 'newActionResult', 'timeZone'] as const;

/**
 * Lets one person change what otherwise takes two. It takes who may change the team: they could add a second person of their own
 * anyway. All admins are told. Call it under the tenant's lock. @throws {Refusal} `forbidden`, `step_up_required`
 */
async function changeAlone(
  sql: Sql,
  context: Context,
  caller: KeyHolder | OperatorCaller,
  settings: readonly (typeof settingsOfTwoPeople)[number][],
): Promise<void> {
  // The roles of the call are those of when it began.
  if (caller.kind !== 'operator' || !(await stillMay(sql, caller.tenant.tenantId, caller.operatorId, 'team:change'))) {
    throw new Refusal(
      'forbidden',
      `In this tenant two people publish rules, so what decides beside them (${settings.join(', ')}) is changed in the portal, by somebody who may change the team.`,
    );
  }
  requireFreshProof(context, caller);
  const { tenant, operatorId, email } = caller;
  const endsTwoPeople = settings.includes('rulesNeedTwoPeople');
  await tellAdmins(sql, context, [tenant.tenantId], operatorId, {
    heading: endsTwoPeople ? 'One person publishes rules again' : 'One person has changed what decides',
    description: endsTwoPeople
      ? 'Somebody has switched off that rules take two people.'
      : 'In this tenant two people publish rules. Settings that decide beside the rules were changed.',
    facts: [
      ['Settings:', settings.join(', ')],
      ['By:', email],
    ],
    advice: 'If you do not expect this, look at the audit log.',
  });
}
