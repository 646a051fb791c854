import type { ActionConfigurationRow } from '../../storage/queries/action-configurations.ts';
import { omitAbsent } from '../omit-absent.ts';
import { wireTime } from '../wire-values.ts';
import { demandView } from './demand-view.ts';

/** An action configuration as it is answered. */
export function actionConfigurationView(tenantId: string, row: ActionConfigurationRow) {
  return {
    ...omitAbsent({
      tenantId,
      actionCode: row.action_code,
      actionType: row.action_type,
      defaultUserActionResult: row.default_result,
      messagingTemplates: row.messaging_templates,
      verificationWebhookUrl: row.verification_webhook_url,
      lastActionCreatedAt: row.last_action_at === null ? null : wireTime(row.last_action_at),
    }),
    ...demandView(row),
  };
}
