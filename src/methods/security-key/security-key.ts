import type { Method } from '../method.ts';
import { describeKey, keyCeremonies } from '../webauthn-ceremony.ts';
import { manifest } from './manifest.ts';

/** Keys that users carry and that are requested by their ids (WebAuthn without discoverable credentials). */
export const securityKey: Method = {
  verificationMethod: manifest.verificationMethod,
  keys: keyCeremonies({ isDiscoverable: false }),
  describe: (authenticator) => describeKey(authenticator, 'Security key'),
};
