import type { MethodManifest } from '../manifest.ts';

/** Keys that find their user themselves (WebAuthn with discoverable credentials). */
export const manifest = {
  verificationMethod: 'PASSKEY',
  words: 'Passkey',
  assurance: { plain: 'medium', verified: 'high' },
  perUser: 'several',
  isEnrolledByBackends: true,
  isOnAtFirst: true,
  isOffered: true,
  ownSettings: [
    'enrollmentPromptInterval',
    'disableEnrollmentPrompt',
    'allowMultipleUserAuthenticators',
    'recoveryMethods',
  ],
  setUp: [
    'Set the relying party to the domain of your app before the first user adds a passkey: passkeys do not move to another domain.',
    'List the origins of your pages and apps that use passkeys.',
    'Offer passkeys after a challenge: the pages do it by themselves unless the prompt is switched off.',
  ],
} as const satisfies MethodManifest;
