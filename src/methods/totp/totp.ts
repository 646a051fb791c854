import { Refusal } from '../../contract/errors.ts';
import type { Method } from '../method.ts';
import { readOtpUri } from './read-otp-uri.ts';

/** Time-based codes of an authenticator app (RFC 6238). */
export const totp: Method = {
  verificationMethod: 'AUTHENTICATOR_APP',
  contact: undefined,
  readVerifiedEnrolment({ otpUri }) {
    if (otpUri === undefined) throw new Refusal('invalid_request', 'otpUri is required for AUTHENTICATOR_APP.');
    const { algorithm, digits, periodSeconds, secret } = readOtpUri(otpUri);
    return { slot: '', state: { algorithm, digits, periodSeconds }, secret };
  },
  describe: () => ({}),
};
