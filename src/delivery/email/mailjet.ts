import { basic, jsonOf, jsonType, memberOf, textOf } from '../api-provider.ts';
import type { ApiProvider } from '../api-provider.ts';
import { DeliveryFailed } from '../delivery-failed.ts';
import { timeOf } from '../report.ts';
import type { Report, Reports } from '../report.ts';
import type { Email } from './mailer.ts';
import { templateVariables } from './template-variables.ts';

/** Mail by Mailjet. Links are never rewritten: whoever rewrites one can use it first. */
export const mailjet: ApiProvider<Email> = {
  request(email, { credentials }) {
    const { publicKey = '', privateKey = '', templateId, from, fromName } = credentials;
    const variables = templateVariables(email);
    const { to, subject, text, html, messageId } = email;
    const sender =
      from === undefined ? {} : { From: { Email: from, ...(fromName === undefined ? {} : { Name: fromName }) } };
    const content =
      variables === undefined
        ? { Subject: subject, TextPart: text, HTMLPart: html }
        : { TemplateID: Number(templateId), TemplateLanguage: true, Variables: variables };
    return {
      url: 'https://api.mailjet.com/v3.1/send',
      headers: { ...jsonType, authorization: basic(publicKey, privateKey) },
      body: JSON.stringify({
        Messages: [
          {
            ...sender,
            To: [{ Email: to }],
            ...content,
            ...(messageId === undefined ? {} : { Headers: { 'Message-ID': messageId } }),
            TrackClicks: 'disabled',
            TrackOpens: 'disabled',
          },
        ],
      }),
    };
  },
  idIn(body) {
    const answer = memberOf(jsonOf(body), 'Messages', 0);
    const status = textOf(answer, 'Status');
    if (status === 'success') return textOf(answer, 'To', 0, 'MessageID');
    const isRefused = status === 'error';
    throw new DeliveryFailed('Mailjet did not take the message.', { isRefused, isAnswered: isRefused });
  },
};

/** Events, alone or grouped. Mailjet signs nothing. */
export const mailjetReports: Reports = {
  read({ body }) {
    const events = jsonOf(body);
    return (Array.isArray(events) ? events : [events]).flatMap(reportOf);
  },
};

function reportOf(event: unknown): readonly Report[] {
  const about = { contact: textOf(event, 'email'), happenedAtMs: timeOf(textOf(event, 'time')) };
  switch (textOf(event, 'event')) {
    case 'spam':
      return [{ fate: 'complained', ...about }];
    case 'sent':
      return [{ fate: 'delivered', ...about }];
    case 'bounce':
      return memberOf(event, 'hard_bounce') === true ? [{ fate: 'bounced', ...about }] : [];
    default:
      return [];
  }
}
