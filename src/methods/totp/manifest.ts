import type { MethodManifest } from '../manifest.ts';

/** Time-based codes of an authenticator app (RFC 6238). */
export const manifest = {
  verificationMethod: 'AUTHENTICATOR_APP',
  words: 'Authenticator app',
  assurance: { plain: 'medium', verified: 'medium' },
  perUser: 'one',
  isEnrolledByBackends: true,
  isOnAtFirst: true,
  isOffered: true,
  isSucceeded: true,
  pageFlags: {
    hideTotpAppDownload: {
      setting: 'hideTotpAppDownloadScreen',
      meaning: 'Whether the pages skip the screen that says where to get an authenticator app.',
    },
  },
  ownSettings: ['issuerName', 'rateLimitConfiguration'],
  setUp: ['Nothing has to be set up: users scan a code with any authenticator app.'],
} as const satisfies MethodManifest;
