import type { MethodManifest } from '../manifest.ts';

/** One-time codes by text message: enrolled by backends; they are not delivered yet. */
export const manifest = {
  verificationMethod: 'SMS',
  assurance: { plain: 'restricted', verified: 'restricted' },
  perUser: 'one',
  isEnrolledByBackends: true,
  channel: 'phoneNumber',
  providerSetting: 'smsProvider',
  isSentByBackends: true,
} as const satisfies MethodManifest;
