import { basic, jsonOf, jsonType, textOf } from '../api-provider.ts';
import type { ApiProvider } from '../api-provider.ts';
import { timeOf, wishIn } from '../report.ts';
import type { Reports } from '../report.ts';
import { codeSeconds } from '../code-seconds.ts';
import type { Text } from './texter.ts';

/** Texts by MessageMedia. */
export const messageMedia: ApiProvider<Text> = {
  request({ to, body, from }, { credentials, callbackUrl, now }) {
    const { apiKey = '', apiSecret = '', sourceNumber = from } = credentials;
    const message = {
      content: body,
      destination_number: to,
      format: 'SMS',
      ...(sourceNumber === undefined ? {} : { source_number: from ?? sourceNumber }),
      message_expiry_timestamp: new Date(now() + codeSeconds * 1000).toISOString(),
      ...(callbackUrl === undefined ? {} : { delivery_report: true, callback_url: callbackUrl }),
    };
    return {
      url: 'https://api.messagemedia.com/v1/messages',
      headers: { ...jsonType, accept: 'application/json', authorization: basic(apiKey, apiSecret) },
      body: JSON.stringify({ messages: [message] }),
    };
  },
  idIn: (body) => textOf(jsonOf(body), 'messages', 0, 'message_id'),
};

const failed = ['failed', 'expired', 'rejected', 'undeliverable', 'cancelled'];

/** Delivery reports and replies. MessageMedia signs nothing that comes without a key of its own. */
export const messageMediaReports: Reports = {
  read({ body }) {
    const call = jsonOf(body);
    const messageId = textOf(call, 'message_id');
    const happenedAtMs = timeOf(textOf(call, 'date_received'));
    if (textOf(call, 'reply_id') !== undefined) {
      const wishes = wishIn(textOf(call, 'content'), textOf(call, 'source_number'));
      return wishes.map((wish) => ({ ...wish, happenedAtMs }));
    }
    const status = textOf(call, 'status') ?? '';
    if (status === 'delivered') return [{ fate: 'delivered', messageId, happenedAtMs }];
    return failed.includes(status) ? [{ fate: 'not delivered', messageId, happenedAtMs }] : [];
  },
};
