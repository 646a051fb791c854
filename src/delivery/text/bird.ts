import type { ApiProvider } from '../api-provider.ts';
import { birdIdIn, birdRequest, birdTemplate } from '../bird.ts';
import type { Text } from './texter.ts';

/** Texts by Bird, as they are or in a template of the tenant's. */
export const birdSms: ApiProvider<Text> = {
  request({ to, body, code, locale, about }, account) {
    const isTemplated = account.credentials['enableMessageTemplates'] === 'true';
    const message = isTemplated
      ? birdTemplate(account.credentials, locale, { ...about?.customVariables, code })
      : { body: { type: 'text', text: { text: body } } };
    return birdRequest(account, { key: 'phonenumber', value: to }, message);
  },
  idIn: birdIdIn,
};

/** WhatsApp messages by Bird: the code in an authentication template that WhatsApp has approved. */
export const birdWhatsApp: ApiProvider<Text> = {
  request: ({ to, code, locale }, account) =>
    birdRequest(account, { key: 'phonenumber', value: to }, birdTemplate(account.credentials, locale, { code })),
  idIn: birdIdIn,
};
