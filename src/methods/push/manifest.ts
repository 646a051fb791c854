import type { MethodManifest } from '../manifest.ts';

/** A prompt in an app on the user's phone. It can be configured; it cannot be enrolled or proven yet. */
export const manifest = {
  verificationMethod: 'PUSH',
  assurance: { plain: 'low', verified: 'low' },
  perUser: 'one',
  channel: 'push',
  providerSetting: 'pushProvider',
} as const satisfies MethodManifest;
