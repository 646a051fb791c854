import type { Texts } from '../texts.ts';

/** English. */
export const en: Texts = {
  magicLinkMail: {
    subject: (tenantName) => `Confirm it’s you at ${tenantName}`,
    intro: (tenantName) => `Open this link to confirm to ${tenantName} that it’s you:`,
    button: 'Confirm it’s me',
    validity: (minutes) => `It is good for ${minutes} minutes and for one use.`,
    warning: 'If you did not ask for it, ignore this message and do not open the link.',
  },
  codeMail: {
    subject: (code, tenantName) => `${code} is your code for ${tenantName}`,
    intro: (tenantName) => `Your code for ${tenantName}:`,
    validity: (minutes) => `It is good for ${minutes} minutes and for one use.`,
    warning: 'If you did not ask for it, ignore this message and give the code to nobody.',
  },
  noticeMail: {
    methodName: (verificationMethod) => methodNames[verificationMethod] ?? 'A way to confirm it’s you',
    'authenticator-added': (tenantName, method, time) => ({
      subject: `A way to confirm it’s you was added at ${tenantName}`,
      fact: `${method} was added to your account at ${tenantName} on ${time}.`,
    }),
    'authenticator-removed': (tenantName, method, time) => ({
      subject: `A way to confirm it’s you was removed at ${tenantName}`,
      fact: `${method} was removed from your account at ${tenantName} on ${time}.`,
    }),
    'method-locked': (tenantName, method, time) => ({
      subject: `Somebody tried too often to confirm it’s you at ${tenantName}`,
      fact: `${method} is locked for your account at ${tenantName} since ${time}, after too many wrong answers.`,
    }),
    'recovery-code-used': (tenantName, codesLeft, time) => ({
      subject: `A recovery code was used at ${tenantName}`,
      fact: `A recovery code was used for your account at ${tenantName} on ${time}. ${codesLeft} of them are left.`,
    }),
    'recovery-codes-made': (tenantName, codesLeft, time) => ({
      subject: `New recovery codes were made at ${tenantName}`,
      fact: `${codesLeft} new recovery codes were made for your account at ${tenantName} on ${time}. The older ones are not good any more.`,
    }),
    advice: (tenantName) =>
      `If it was you, there is nothing to do. If it was not, tell ${tenantName} at once: somebody else may be trying to get into your account.`,
  },
};

const methodNames: Readonly<Record<string, string>> = {
  AUTHENTICATOR_APP: 'An authenticator app',
  EMAIL_MAGIC_LINK: 'Signing in by a link in a mail',
  EMAIL_OTP: 'Signing in by a code in a mail',
  PASSKEY: 'A passkey',
  PUSH: 'Signing in by a push message',
  QR_CODE: 'Signing in by a QR code',
  RECOVERY_CODE: 'Signing in by a recovery code',
  SECURITY_KEY: 'A security key',
  SMS: 'Signing in by a code in a text message',
  WHATSAPP: 'Signing in by a code on WhatsApp',
};
