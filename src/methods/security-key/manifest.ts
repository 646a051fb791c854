import type { MethodManifest } from '../manifest.ts';

/** Keys that users carry and that are requested by their ids (WebAuthn without discoverable credentials). */
export const manifest = {
  verificationMethod: 'SECURITY_KEY',
  words: 'Security key',
  assurance: { plain: 'medium', verified: 'high' },
  perUser: 'several',
  isOnAtFirst: true,
  isOffered: true,
  ownSettings: [
    'userVerificationRequirement',
    'requireDeviceBound',
    'attestationTrustAnchors',
    'allowedAaguids',
    'allowMultipleUserAuthenticators',
    'recoveryMethods',
  ],
  setUp: ['Security keys use the relying party and the origins of passkeys.'],
} as const satisfies MethodManifest;
