import type { MethodManifest } from '../manifest.ts';

/** One-time codes by text message. */
export const manifest = {
  verificationMethod: 'SMS',
  words: 'Code by text message',
  assurance: { plain: 'restricted', verified: 'restricted' },
  perUser: 'one',
  isEnrolledByBackends: true,
  channel: 'phoneNumber',
  providerSetting: 'smsProvider',
  isOffered: true,
  isSentByBackends: true,
  pageFlags: {
    askForPhoneNumber: {
      setting: 'dontSkipEnrollmentInputScreen',
      meaning: 'Whether the pages ask for the address or number even if the backend gave one.',
    },
  },
  ownSettings: ['verificationCodeLength'],
  setUp: [
    'Choose the provider and enter its credentials.',
    'List the countries that texts may go to. None is permitted at first, because texts cost money.',
    'Give the provider the callback address, so that Sallyport knows what became of each text.',
    'Track a test action, and enrol your own phone number in its pages.',
  ],
} as const satisfies MethodManifest;
