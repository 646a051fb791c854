import { jsonOf, jsonType, textOf } from '../api-provider.ts';
import { isSignedBy } from '../../runtime/crypto.ts';
import { isTimely, timeOf } from '../report.ts';
import type { Report, Reports } from '../report.ts';
import type { ApiProvider } from '../api-provider.ts';
import type { Email } from './mailer.ts';
import { templateVariables } from './template-variables.ts';

/** Mail by SendGrid. Links are never rewritten: whoever rewrites one can use it first. */
export const sendgrid: ApiProvider<Email> = {
  request(email, { credentials }) {
    const { apiKey, templateId, fromEmail, fromName } = credentials;
    const variables = templateVariables(email);
    const { to, subject, text, html, messageId } = email;
    const content =
      variables === undefined
        ? {
            subject,
            content: [
              { type: 'text/plain', value: text },
              { type: 'text/html', value: html },
            ],
          }
        : { template_id: templateId };
    return {
      url: 'https://api.sendgrid.com/v3/mail/send',
      headers: { ...jsonType, authorization: `Bearer ${apiKey}` },
      body: JSON.stringify({
        from: { email: fromEmail, ...(fromName === undefined ? {} : { name: fromName }) },
        personalizations: [
          { to: [{ email: to }], ...(variables === undefined ? {} : { dynamic_template_data: variables }) },
        ],
        ...content,
        ...(messageId === undefined ? {} : { headers: { 'Message-ID': messageId } }),
        tracking_settings: {
          click_tracking: { enable: false, enable_text: false },
          open_tracking: { enable: false },
          subscription_tracking: { enable: false },
        },
      }),
    };
  },
  idIn: () => undefined,
};

/** The event webhook, signed with ECDSA over time and body. */
export const sendgridReports: Reports = {
  isGenuine({ headers, body }, { credentials: { webhookPublicKey = '' }, nowMs }) {
    const time = headers['x-twilio-email-event-webhook-timestamp'];
    const signature = Buffer.from(headers['x-twilio-email-event-webhook-signature'] ?? '', 'base64');
    return isTimely(time, nowMs) && isSignedBy(webhookPublicKey, `${time}${body}`, signature);
  },
  read({ body }) {
    const events = jsonOf(body);
    return Array.isArray(events) ? events.flatMap(reportOf) : [];
  },
};

function reportOf(event: unknown): readonly Report[] {
  const about = { contact: textOf(event, 'email'), happenedAtMs: timeOf(textOf(event, 'timestamp')) };
  const name = textOf(event, 'event');
  if (name === 'spamreport') return [{ fate: 'complained', ...about }];
  if (name === 'delivered') return [{ fate: 'delivered', ...about }];
  // A blocked mail may be taken the next time; an address that is dropped is one that bounced before.
  const isBounce = name === 'bounce' && textOf(event, 'type') !== 'blocked';
  const isDropped = name === 'dropped' && /bounced|invalid/i.test(textOf(event, 'reason') ?? '');
  return isBounce || isDropped ? [{ fate: 'bounced', ...about }] : [];
}
