import type { MethodManifest } from '../manifest.ts';

/** One-time codes by WhatsApp message: enrolled by backends; they are not delivered yet. */
export const manifest = {
  verificationMethod: 'WHATSAPP',
  assurance: { plain: 'restricted', verified: 'restricted' },
  perUser: 'one',
  isEnrolledByBackends: true,
  channel: 'phoneNumber',
  providerSetting: 'whatsAppProvider',
  isSentByBackends: true,
} as const satisfies MethodManifest;
