/** What Bird's channels have in common, whether they send texts or mail. */
import { jsonOf, jsonType, part, textOf } from './api-provider.ts';
import type { Account, ApiProvider, Credentials } from './api-provider.ts';
import { digestsEqual, hmac, sha256 } from '../runtime/crypto.ts';
import { isTimely, timeOf, wishIn } from './report.ts';
import type { Reports } from './report.ts';

interface Receiver {
  readonly key: 'phonenumber' | 'emailaddress';
  readonly value: string;
}

/** A message to one person through a channel, or through a navigator, which chooses the channel. */
export function birdRequest({ credentials }: Account, { key, value }: Receiver, message: object) {
  const { workspaceId, channelId, navigatorId, accessKey } = credentials;
  const through = channelId === undefined ? `navigators/${part(navigatorId)}` : `channels/${part(channelId)}`;
  return {
    url: `https://api.bird.com/workspaces/${part(workspaceId)}/${through}/messages`,
    headers: { ...jsonType, authorization: `AccessKey ${accessKey}` },
    body: JSON.stringify({
      receiver: { contacts: [{ identifierKey: key, identifierValue: value }] },
      ...message,
    }),
  };
}

/** A published template of a project, with its variables. */
export function birdTemplate(
  { projectId, versionId = 'latest', locale }: Credentials,
  wanted: string,
  variables: Readonly<Record<string, string>>,
) {
  const parameters = Object.entries(variables).map(([name, value]) => ({ type: 'string', key: name, value }));
  return { template: { projectId, version: versionId, locale: locale ?? wanted, parameters } };
}

export const birdIdIn: ApiProvider<unknown>['idIn'] = (body) => textOf(jsonOf(body), 'id');

const failed = ['delivery_failed', 'sending_failed', 'rejected', 'skipped'];

/** What Bird's webhook subscriptions tell, signed over time, URL and body. */
export const birdReports: Reports = {
  isGenuine({ url, headers, body }, { credentials: { webhookSigningKey = '' }, nowMs }) {
    const time = headers['messagebird-request-timestamp'];
    if (webhookSigningKey === '' || !isTimely(time, nowMs)) return false;
    const signed = Buffer.concat([Buffer.from(`${time}\n${url}\n`), sha256(body)]);
    const expected = hmac('SHA256', Buffer.from(webhookSigningKey), signed);
    return digestsEqual(expected, Buffer.from(headers['messagebird-signature'] ?? '', 'base64'));
  },
  read({ body }) {
    const call = jsonOf(body);
    const event = textOf(call, 'event') ?? '';
    const happenedAtMs = timeOf(textOf(call, 'payload', 'updatedAt'));
    if (event.endsWith('.inbound')) {
      const contact = textOf(call, 'payload', 'sender', 'contact', 'identifierValue');
      return wishIn(textOf(call, 'payload', 'body', 'text', 'text'), contact).map((one) => ({ ...one, happenedAtMs }));
    }
    const messageId = textOf(call, 'payload', 'id');
    const contact = textOf(call, 'payload', 'receiver', 'contacts', 0, 'identifierValue');
    const status = textOf(call, 'payload', 'status') ?? '';
    if (event.startsWith('email.')) {
      return failed.includes(status) ? [{ fate: 'bounced', messageId, contact, happenedAtMs }] : [];
    }
    if (status === 'delivered') return [{ fate: 'delivered', messageId, happenedAtMs }];
    return failed.includes(status) ? [{ fate: 'not delivered', messageId, happenedAtMs }] : [];
  },
};
