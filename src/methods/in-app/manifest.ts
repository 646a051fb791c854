import type { MethodManifest } from '../manifest.ts';

/** The key of an app, which signs for what the user does in that app. Whether it verified its user cannot be seen. */
export const manifest = {
  verificationMethod: 'IN_APP',
  words: 'In-app approval',
  assurance: { plain: 'medium', verified: 'medium' },
  perUser: 'several',
  isEnrolledByApps: true,
  setUp: ['Build the SDK into your app: it confirms actions with a key of its own.'],
} as const satisfies MethodManifest;
