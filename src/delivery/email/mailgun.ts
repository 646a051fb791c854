import { basic, form, formType, jsonOf, part, textOf } from '../api-provider.ts';
import { digestsEqual, hmac } from '../../runtime/crypto.ts';
import { isTimely, timeOf } from '../report.ts';
import type { Reports } from '../report.ts';
import type { ApiProvider } from '../api-provider.ts';
import type { Email } from './mailer.ts';
import { templateVariables } from './template-variables.ts';

/** Mail by Mailgun. Links are never rewritten: whoever rewrites one can use it first. */
export const mailgun: ApiProvider<Email> = {
  request(email, { credentials }) {
    const { apiKey = '', url = '', templateName, domain = '', from } = credentials;
    const variables = templateVariables(email);
    const { to, subject, text, html, messageId } = email;
    const content =
      variables === undefined
        ? { from: from ?? `no-reply@${domain}`, subject, text, html }
        : { from, subject, template: templateName, 't:variables': JSON.stringify(variables) };
    return {
      url: `${url.replace(/\/+(v3\/*)?$/, '')}/v3/${part(domain)}/messages`,
      headers: { ...formType, authorization: basic('api', apiKey) },
      body: form({ to, ...content, 'o:tracking': 'no', 'h:Message-Id': messageId }),
    };
  },
  idIn: (body) => textOf(jsonOf(body), 'id'),
};

/** Webhooks, signed by HMAC over a time and a word that is used once. */
export const mailgunReports: Reports = {
  isGenuine({ body }, { credentials: { webhookSigningKey = '' }, nowMs }) {
    const call = jsonOf(body);
    const time = textOf(call, 'signature', 'timestamp');
    if (webhookSigningKey === '' || !isTimely(time, nowMs)) return false;
    const signed = Buffer.from(`${time}${textOf(call, 'signature', 'token') ?? ''}`);
    const expected = hmac('SHA256', Buffer.from(webhookSigningKey), signed);
    return digestsEqual(expected, Buffer.from(textOf(call, 'signature', 'signature') ?? '', 'hex'));
  },
  read({ body }) {
    const call = jsonOf(body);
    const of = (name: string) => textOf(call, 'event-data', name);
    const about = { contact: of('recipient'), happenedAtMs: timeOf(of('timestamp')) };
    switch (of('event')) {
      case 'complained':
        return [{ fate: 'complained', ...about }];
      case 'delivered':
        return [{ fate: 'delivered', ...about }];
      case 'failed':
        return of('severity') === 'permanent' ? [{ fate: 'bounced', ...about }] : [];
      default:
        return [];
    }
  },
};
