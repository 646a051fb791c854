import { jsonOf, jsonType, textOf } from '../api-provider.ts';
import type { ApiProvider } from '../api-provider.ts';
import { DeliveryFailed } from '../delivery-failed.ts';
import { wishIn } from '../report.ts';
import type { Reports } from '../report.ts';
import type { Text } from './texter.ts';

/** Texts by TNZ. */
export const tnz: ApiProvider<Text> = {
  request({ to, body, from }, { credentials, callbackUrl }) {
    const { apiKey } = credentials;
    return {
      url: 'https://api.tnz.co.nz/api/v3.00/sms',
      headers: { ...jsonType, accept: 'application/json', authorization: `Bearer ${apiKey}` },
      body: JSON.stringify({
        // It replaces what stands in double brackets.
        Message: body.replaceAll('[[', '[ ['),
        Destinations: [{ ToNumber: to }],
        ...(from === undefined ? {} : { FromNumber: from }),
        ...(callbackUrl === undefined ? {} : { WebhookCallbackURL: callbackUrl, WebhookCallbackFormat: 'JSON' }),
      }),
    };
  },
  idIn(body) {
    const answer = jsonOf(body);
    const result = textOf(answer, 'Result');
    if (result === 'Success') return textOf(answer, 'MessageID');
    // A 200 that names no success may still have been one, if nobody can read it.
    const isRefused = result !== undefined;
    throw new DeliveryFailed('TNZ did not take the message.', { isRefused, isAnswered: result === 'Failed' });
  },
};

/** Results and replies. TNZ signs nothing. */
export const tnzReports: Reports = {
  read({ body }) {
    const call = jsonOf(body);
    const messageId = textOf(call, 'MessageID');
    const status = textOf(call, 'Status');
    if (status === 'RECEIVED') return wishIn(textOf(call, 'Message'), textOf(call, 'Destination'));
    if (status === 'SUCCESS') return [{ fate: 'delivered', messageId }];
    return status === 'FAILED' || status === 'ERROR' ? [{ fate: 'not delivered', messageId }] : [];
  },
};
