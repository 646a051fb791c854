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
  setUp: [
    'Build the SDK into your app.',
    'Enter the key for Apple’s push service and that of Firebase, or let your own server send.',
    'Require proof that the app is genuine once both stores know your app.',
  ],
} as const satisfies MethodManifest;
