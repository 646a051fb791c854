import type { MethodManifest } from '../manifest.ts';

/** Links by e-mail that a user opens and confirms. */
export const manifest = {
  verificationMethod: 'EMAIL_MAGIC_LINK',
  words: 'Link by email',
  assurance: { plain: 'low', verified: 'low' },
  perUser: 'one',
  isEnrolledByBackends: true,
  channel: 'email',
  providerSetting: 'emailProvider',
  isOnAtFirst: true,
  isOffered: true,
  ownSettings: ['magicLinkMode', 'redirectUrls', 'sendingRateLimitConfiguration'],
  setUp: ['Mail is sent as that of codes by email: set the provider there.'],
} as const satisfies MethodManifest;
