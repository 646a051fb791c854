import { jsonOf, jsonType, textOf } from '../api-provider.ts';
import type { ApiProvider } from '../api-provider.ts';
import { digestsEqual, hmac } from '../../runtime/crypto.ts';
import { DeliveryFailed } from '../delivery-failed.ts';
import { timeOf } from '../report.ts';
import type { Report, Reports } from '../report.ts';
import type { Email } from './mailer.ts';
import { templateVariables } from './template-variables.ts';

/** Errors that are about this message, and not about the account. */
const ofMessage = ['ValidationError', 'Invalid_Reject'];

/** Mail by Mandrill. Links are never rewritten: whoever rewrites one can use it first. */
export const mandrill: ApiProvider<Email> = {
  request(email, { credentials }) {
    const { apiKey, templateName, from, fromName } = credentials;
    const variables = templateVariables(email);
    const { to, subject, text, html, messageId } = email;
    const sender = {
      ...(from === undefined ? {} : { from_email: from }),
      ...(fromName === undefined ? {} : { from_name: fromName }),
    };
    const merged = Object.entries(variables ?? {}).map(([name, content]) => ({ name, content }));
    const message = {
      ...sender,
      to: [{ email: to, type: 'to' }],
      ...(variables === undefined ? { subject, text, html } : { global_merge_vars: merged }),
      ...(messageId === undefined ? {} : { headers: { 'Message-ID': messageId } }),
      track_clicks: false,
      track_opens: false,
      preserve_recipients: false,
      important: true,
    };
    const template = variables === undefined ? {} : { template_name: templateName, template_content: [] };
    return {
      url: `https://mandrillapp.com/api/1.0/messages/send${variables === undefined ? '' : '-template'}.json`,
      headers: jsonType,
      body: JSON.stringify({ key: apiKey, ...template, message, async: false }),
    };
  },
  idIn(body) {
    const answer = jsonOf(body);
    const status = textOf(answer, 0, 'status');
    if (status === 'sent' || status === 'queued' || status === 'scheduled') return textOf(answer, 0, '_id');
    const isRefused = status === 'rejected' || status === 'invalid';
    throw new DeliveryFailed('Mandrill did not take the message.', { isRefused, isAnswered: isRefused });
  },
  // It answers every error with 500, and says in the body that it is one of its own.
  failureIn(_status, body) {
    const answer = jsonOf(body);
    if (textOf(answer, 'status') !== 'error') return undefined;
    return { isRefused: true, isAnswered: ofMessage.includes(textOf(answer, 'name') ?? '') };
  },
};

/** Webhooks: a form with a list of events, signed over the URL and its members. */
export const mandrillReports: Reports = {
  isGenuine({ url, headers, body }, { credentials: { webhookKey = '' } }) {
    const members = [...new URLSearchParams(body)].sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
    const signed = url + members.map(([name, value]) => name + value).join('');
    const expected = hmac('SHA1', Buffer.from(webhookKey), Buffer.from(signed));
    return webhookKey !== '' && digestsEqual(expected, Buffer.from(headers['x-mandrill-signature'] ?? '', 'base64'));
  },
  read({ body }) {
    const events = jsonOf(new URLSearchParams(body).get('mandrill_events') ?? '');
    return Array.isArray(events) ? events.flatMap(reportOf) : [];
  },
};

function reportOf(event: unknown): readonly Report[] {
  const about = { contact: textOf(event, 'msg', 'email'), happenedAtMs: timeOf(textOf(event, 'ts')) };
  switch (textOf(event, 'event')) {
    case 'spam':
      return [{ fate: 'complained', ...about }];
    case 'delivered':
      return [{ fate: 'delivered', ...about }];
    case 'hard_bounce':
      return [{ fate: 'bounced', ...about }];
    default:
      return [];
  }
}
