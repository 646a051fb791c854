import type { Texts } from '../texts.ts';

/** English. */
export const en: Texts = {
  challengePage: {
    title: 'Confirm it’s you',
    expired: {
      heading: 'This link is no longer good',
      body: 'It has expired or is incomplete. Go back to where you came from and try again.',
    },
    waiting: {
      heading: 'Confirm it’s you',
      body: (tenantName) =>
        `${tenantName} wants to be sure that it is you. The screens to confirm it will stand on this page; they are not part of this release yet.`,
    },
  },
  smsCodeEntry: { heading: 'Enter the code we sent you' },
  codeMail: {
    subject: (code, tenantName) => `${code} is your code for ${tenantName}`,
    intro: (tenantName) => `Your code for ${tenantName}:`,
    validity: (minutes) => `It is good for ${minutes} minutes and for one use.`,
    warning: 'If you did not ask for it, ignore this message and give the code to nobody.',
  },
};
