import { Refusal } from '../../contract/errors.ts';
import { slots } from '../../core/authenticators/slot.ts';
import { digestsEqual } from '../../runtime/crypto.ts';
import type { CounterCodes, Method } from '../method.ts';
import { encodeBase32 } from './base32.ts';
import { manifest } from './manifest.ts';
import { readOtpUri } from './read-otp-uri.ts';
import { codeOf } from './totp-code.ts';

// RFC 4226 §4 recommends 160 bits.
const secretBytes = 20;
// Parameters that every app supports, whatever the link says (RFC 6238 §1.2, §5.2).
const parameters = { algorithm: 'SHA1', digits: 6, periodSeconds: 30 } as const;
/** Steps before and after the current one that are accepted: clocks of phones are off by that much (RFC 6238 §5.2). */
const driftSteps = 1;

const counterCodes: CounterCodes = {
  newSecret({ issuer, account }, random) {
    const secret = random.bytes(secretBytes);
    const encoded = encodeBase32(secret);
    // A colon separates issuer and account in the label, so neither may contain one.
    const label = [issuer, account].map((name) => encodeURIComponent(name.replaceAll(':', ' '))).join(':');
    const uri = `otpauth://totp/${label}?secret=${encoded}&issuer=${encodeURIComponent(issuer.replaceAll(':', ' '))}`;
    return { enrolment: { slot: slots.own, state: parameters, secret }, uri, secret: encoded };
  },
  digitsOf: (state) => readParameters(state).digits,
  match({ state, secret }, code, nowMs) {
    const { algorithm, digits, periodSeconds } = readParameters(state);
    if (!/^[0-9]+$/.test(code) || code.length !== digits) return undefined;
    const step = Math.floor(nowMs / 1000 / periodSeconds);
    // The latest first: if two steps have the same code, using up the earlier one would leave the later one valid.
    for (let candidate = step + driftSteps; candidate >= step - driftSteps; candidate -= 1) {
      if (isSame(codeOf(secret, candidate, digits, algorithm), code)) return candidate;
    }
    return undefined;
  },
};

/** Time-based codes of an authenticator app (RFC 6238). */
export const totp: Method = {
  verificationMethod: manifest.verificationMethod,
  counterCodes,
  readVerifiedEnrolment({ otpUri }) {
    if (otpUri === undefined) throw new Refusal('invalid_request', 'otpUri is required for AUTHENTICATOR_APP.');
    const { algorithm, digits, periodSeconds, secret } = readOtpUri(otpUri);
    return { slot: slots.own, state: { algorithm, digits, periodSeconds }, secret };
  },
  describe: () => ({}),
};

/** @throws if the stored parameters cannot be read: a code is never checked with guessed ones */
function readParameters(state: Readonly<Record<string, unknown>>) {
  const { algorithm, digits, periodSeconds } = state;
  if (
    (algorithm !== 'SHA1' && algorithm !== 'SHA256' && algorithm !== 'SHA512') ||
    typeof digits !== 'number' ||
    typeof periodSeconds !== 'number'
  ) {
    throw new Error('The parameters of a stored authenticator app cannot be read.');
  }
  return { algorithm, digits, periodSeconds } as const;
}

function isSame(expected: string, given: string): boolean {
  return digestsEqual(Buffer.from(expected), Buffer.from(given));
}
