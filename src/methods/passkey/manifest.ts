import type { MethodManifest } from '../manifest.ts';

/** Keys that find their user themselves (WebAuthn with discoverable credentials). */
export const manifest = {
  verificationMethod: 'PASSKEY',
  words: 'Passkey',
  assurance: { plain: 'medium', verified: 'high' },
  perUser: 'several',
  isEnrolledByBackends: true,
  isOnAtFirst: true,
  isOffered: true,
} as const satisfies MethodManifest;
