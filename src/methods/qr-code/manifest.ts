import type { MethodManifest } from '../manifest.ts';

/** A code on one screen that an app on the user's phone scans and approves with its key. */
export const manifest = {
  verificationMethod: 'QR_CODE',
  words: 'QR code',
  assurance: { plain: 'medium', verified: 'medium' },
  perUser: 'several',
  isOffered: true,
  isEnrolledByApps: true,
  setUp: ['Build the SDK into your app: it reads the code that the pages show.'],
} as const satisfies MethodManifest;
