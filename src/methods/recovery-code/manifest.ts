import type { MethodManifest } from '../manifest.ts';

/** Codes that a user has written down, for when no other method is available. */
export const manifest = {
  verificationMethod: 'RECOVERY_CODE',
  words: 'Recovery code',
  assurance: { plain: 'low', verified: 'low' },
  perUser: 'set',
  isOnAtFirst: true,
  isOffered: true,
  ownSettings: ['rateLimitConfiguration'],
  setUp: ['Users get codes with their first authenticator, unless the tenant has switched them off.'],
} as const satisfies MethodManifest;
