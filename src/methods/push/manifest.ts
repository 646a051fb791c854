import type { MethodManifest } from '../manifest.ts';

/**
 * A request that an app on the user's phone approves with its key. It counts as `verified` if the user has typed the
 * number that the asking side shows, and as little as a mailed code if they only pressed "approve" (N04, ruling 20).
 */
export const manifest = {
  verificationMethod: 'PUSH',
  words: 'Push',
  assurance: { plain: 'low', verified: 'medium' },
  perUser: 'several',
  channel: 'push',
  providerSetting: 'pushProvider',
  isEnrolledByApps: true,
  isOffered: true,
} as const satisfies MethodManifest;
