import type { ApiProvider } from '../api-provider.ts';
import { webhookMessage } from '../webhook-message.ts';
import type { Text } from './texter.ts';

/** Texts that the tenant's own endpoint sends. */
export const webhookText: ApiProvider<Text> = {
  request: ({ channel, to, body, code, locale, about }, account) =>
    webhookMessage(account, 'sms.created', {
      to,
      code,
      message: body,
      userId: about?.userId,
      idempotencyKey: about?.idempotencyKey,
      actionCode: about?.actionCode,
      verificationMethod: about?.verificationMethod ?? channel,
      locale,
      customVariables: about?.customVariables,
    }),
  idIn: () => undefined,
};
