import type { ApiProvider } from '../api-provider.ts';
import { webhookMessage } from '../webhook-message.ts';
import type { Email } from './mailer.ts';

/**
 * Mail that the tenant's own endpoint sends. Codes and links are the event of the wire contract; whatever else is sent,
 * notices above all, is another event, which no endpoint takes for a code.
 */
export const webhookEmail: ApiProvider<Email> = {
  request({ to, subject, text, html, locale, code, url, about }, account) {
    const words = { subject, text, html, locale };
    if (code === undefined && url === undefined)
      return webhookMessage(account, 'email.notice_created', { to, ...words });
    return webhookMessage(account, 'email.created', {
      to,
      code,
      url,
      userId: about?.userId,
      idempotencyKey: about?.idempotencyKey,
      actionCode: about?.actionCode,
      verificationMethod: about?.verificationMethod,
      userAgent: about?.userAgent,
      ipAddress: about?.ipAddress,
      ...words,
    });
  },
  idIn: () => undefined,
};
