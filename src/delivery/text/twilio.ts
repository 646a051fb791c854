import { basic, form, formType, jsonOf, part, textOf } from '../api-provider.ts';
import type { Account, ApiProvider, Credentials } from '../api-provider.ts';
import { codeSeconds } from '../code-seconds.ts';
import { hmac, digestsEqual } from '../../runtime/crypto.ts';
import { wishIn } from '../report.ts';
import type { Reports } from '../report.ts';
import type { Text } from './texter.ts';

/** The person has answered STOP. */
const optedOutCode = '21610';

/** Texts by Twilio's Messages API. */
export const twilioSms: ApiProvider<Text> = {
  request({ to, body, from }, account) {
    const { messagingServiceSid } = account.credentials;
    const sender = { MessagingServiceSid: messagingServiceSid, From: from };
    return messages(account, { To: to, ...sender, Body: body, ValidityPeriod: String(codeSeconds) });
  },
  idIn: (body) => textOf(jsonOf(body), 'sid'),
  failureIn: (_status, body) => optOutIn(body),
};

/** WhatsApp messages by Twilio: the code in an authentication template that WhatsApp has approved. */
export const twilioWhatsApp: ApiProvider<Text> = {
  request({ to, code }, account) {
    const { messagingServiceSid, contentSid } = account.credentials;
    return messages(account, {
      To: `whatsapp:${to}`,
      MessagingServiceSid: messagingServiceSid,
      ContentSid: contentSid,
      ContentVariables: JSON.stringify({ 1: code }),
    });
  },
  idIn: (body) => textOf(jsonOf(body), 'sid'),
  failureIn: (_status, body) => optOutIn(body),
};

function messages({ credentials, callbackUrl }: Account, members: Credentials) {
  const { accountSid = '', authToken = '' } = credentials;
  return {
    url: `https://api.twilio.com/2010-04-01/Accounts/${part(accountSid)}/Messages.json`,
    headers: { ...formType, authorization: basic(accountSid, authToken) },
    body: form({ ...members, StatusCallback: callbackUrl }),
  };
}

function optOutIn(body: string) {
  if (textOf(jsonOf(body), 'code') !== optedOutCode) return undefined;
  return { isRefused: true, isAnswered: true, isOptedOut: true };
}

const fates = new Map([
  ['delivered', 'delivered'],
  ['read', 'delivered'],
  ['undelivered', 'not delivered'],
  ['failed', 'not delivered'],
] as const);

/** Status callbacks, and what people answer, which Twilio signs over the URL and the members of the form. */
export const twilioReports: Reports = {
  isGenuine({ url, headers, body }, { credentials: { authToken = '' } }) {
    const members = [...new URLSearchParams(body)].sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
    const signed = url + members.map(([name, value]) => name + value).join('');
    const expected = hmac('SHA1', Buffer.from(authToken), Buffer.from(signed));
    return authToken !== '' && digestsEqual(expected, Buffer.from(headers['x-twilio-signature'] ?? '', 'base64'));
  },
  read({ body }) {
    const form = new URLSearchParams(body);
    const messageId = form.get('MessageSid') ?? undefined;
    const fate = fates.get((form.get('MessageStatus') ?? '') as 'delivered');
    if (fate !== undefined) return [{ fate, messageId }];
    const contact = form.get('From')?.replace(/^whatsapp:/, '');
    // Twilio's own reading, where the account has it; else the words.
    const wish = form.get('OptOutType') ?? form.get('Body') ?? undefined;
    return form.has('MessageStatus') ? [] : wishIn(wish, contact);
  },
};
