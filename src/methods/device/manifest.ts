import type { MethodManifest } from '../manifest.ts';

/**
 * A key that an app stores on the user's phone. It cannot be enrolled or proven yet; ruling 10 sets the assurance of
 * its proof.
 */
export const manifest = {
  verificationMethod: 'DEVICE',
  words: 'Device key',
  assurance: { plain: 'medium', verified: 'high' },
  perUser: 'several',
} as const satisfies MethodManifest;
