import type { MethodManifest } from '../manifest.ts';

/** One-time codes by e-mail. */
export const manifest = {
  verificationMethod: 'EMAIL_OTP',
  words: 'Code by email',
  assurance: { plain: 'low', verified: 'low' },
  perUser: 'one',
  isEnrolledByBackends: true,
  channel: 'email',
  providerSetting: 'emailProvider',
  isOnAtFirst: true,
  isOffered: true,
  isSentByBackends: true,
  pageFlags: {
    showEmailDeliveryTimeWarning: {
      setting: 'showEmailDeliveryTimeWarning',
      meaning: 'Whether the pages say that mail can take a few minutes.',
    },
    askForEmail: {
      setting: 'dontSkipEnrollmentInputScreen',
      meaning: 'Whether the pages ask for the address or number even if the backend gave one.',
    },
  },
  ownSettings: ['verificationCodeLength'],
  setUp: [
    'Without a provider, mail goes out by the server’s own mail settings.',
    'Choose a provider to send from your own domain: all mail of the tenant goes there.',
    'Track a test action with your own address.',
  ],
} as const satisfies MethodManifest;
