import type { Method } from '../method.ts';
import { describeKey, keyCeremonies } from '../webauthn-ceremony.ts';

/** Keys that are carried along and asked for by their ids (WebAuthn without discoverable credentials). */
export const securityKey: Method = {
  verificationMethod: 'SECURITY_KEY',
  contact: undefined,
  keys: keyCeremonies({ isDiscoverable: false }),
  describe: (authenticator) => describeKey(authenticator, 'Security key'),
};
