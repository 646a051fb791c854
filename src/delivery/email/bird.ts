import type { ApiProvider } from '../api-provider.ts';
import { birdIdIn, birdRequest, birdTemplate } from '../bird.ts';
import type { Email } from './mailer.ts';
import { templateVariables } from './template-variables.ts';

/** Mail by Bird. */
export const birdEmail: ApiProvider<Email> = {
  request(email, account) {
    const { senderEmail, senderName } = account.credentials;
    const variables = templateVariables(email);
    const { to, subject, text, html, locale = 'en' } = email;
    const sender =
      senderEmail === undefined
        ? {}
        : {
            sender: {
              connector: {
                identifierValue: senderEmail,
                ...(senderName === undefined ? {} : { annotations: { name: senderName } }),
              },
            },
          };
    const message =
      variables === undefined
        ? { body: { type: 'html', html: { html, text, metadata: { subject } } } }
        : birdTemplate(account.credentials, locale, variables);
    return birdRequest(account, { key: 'emailaddress', value: to }, { ...sender, ...message });
  },
  idIn: birdIdIn,
};
