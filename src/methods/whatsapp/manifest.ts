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
} as const satisfies MethodManifest;
