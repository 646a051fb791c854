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
} as const satisfies MethodManifest;
