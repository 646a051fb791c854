import type { MethodManifest } from '../manifest.ts';

/** One-time codes by WhatsApp message. */
export const manifest = {
  verificationMethod: 'WHATSAPP',
  words: 'Code by WhatsApp',
  assurance: { plain: 'restricted', verified: 'restricted' },
  perUser: 'one',
  isEnrolledByBackends: true,
  channel: 'phoneNumber',
  providerSetting: 'whatsAppProvider',
  isOffered: true,
  isSentByBackends: true,
  ownSettings: ['verificationCodeLength'],
  setUp: [
    'Have an authentication template approved by your provider.',
    'Choose the provider, enter its credentials, and list the countries.',
    'Track a test action, and enrol your own phone number in its pages.',
  ],
} as const satisfies MethodManifest;
