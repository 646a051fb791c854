import type { ActionConfigurationRow } from '../storage/queries/action-configurations.ts';
import { omitAbsent } from './omit-absent.ts';
import { wireTime } from './wire-values.ts';
import { demandView } from './demand-view.ts';

/** An action configuration as responses show it. */
export function actionConfigurationView(tenantId: string, row: ActionConfigurationRow) {
  return {
    ...omitAbsent({
      tenantId,
      actionCode: row.actionCode,
      actionType: row.actionType,
      defaultUserActionResult: row.defaultResult,
      messagingTemplates: row.messagingTemplates,
      verificationWebhookUrl: row.verificationWebhookUrl,
      rememberDevices: row.rememberDevice,
      lastActionCreatedAt: row.lastActionAt === null ? null : wireTime(row.lastActionAt),
    }),
    ...demandView(row),
  };
}
