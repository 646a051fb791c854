import { basic, jsonOf, jsonType, textOf } from '../api-provider.ts';
import type { ApiProvider } from '../api-provider.ts';
import { wishIn } from '../report.ts';
import type { Reports } from '../report.ts';
import type { Text } from './texter.ts';

/** Texts by Modica's mobile gateway. */
export const modica: ApiProvider<Text> = {
  request({ to, body, from }, { credentials }) {
    const { username = '', password = '' } = credentials;
    return {
      url: 'https://api.modicagroup.com/rest/gateway/messages',
      headers: { ...jsonType, authorization: basic(username, password) },
      body: JSON.stringify({ destination: to, content: body, ...(from === undefined ? {} : { source: from }) }),
    };
  },
  // A list with one id: a number of up to 64 bits, which JSON.parse would round.
  idIn: (body) => /^\s*\[\s*"?([\w-]{1,64})"?\s*\]\s*$/.exec(body)?.[1],
};

const failed = ['rejected', 'failed', 'dead', 'expired'];

/** Delivery receipts, and what people answer. Modica signs nothing. */
export const modicaReports: Reports = {
  read({ body }) {
    const call = jsonOf(body);
    const status = textOf(call, 'status');
    if (status === undefined) return wishIn(textOf(call, 'content'), international(textOf(call, 'source')));
    // Of up to 64 bits, as in the answer to the send.
    const [, messageId] = /"message_id"\s*:\s*"?([\w-]{1,64})"?/.exec(body) ?? [];
    if (status === 'received') return [{ fate: 'delivered', messageId }];
    return failed.includes(status) ? [{ fate: 'not delivered', messageId }] : [];
  },
};

function international(number: string | undefined): string | undefined {
  return number === undefined || number.startsWith('+') ? number : `+${number}`;
}
