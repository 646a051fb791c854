import { Refusal } from '../../contract/errors.ts';
import { decodeBase32 } from './base32.ts';

/** What an `otpauth://totp/` URI says: the parameters of RFC 6238 §4 and the shared secret. */
export interface TotpParameters {
  readonly algorithm: 'SHA1' | 'SHA256' | 'SHA512';
  readonly digits: number;
  readonly periodSeconds: number;
  readonly secret: Buffer;
}

// RFC 4226 §4 R6 asks for 128 bits, and what is made here has 160. Seeds of 80 bits are what many users bring along from
// elsewhere; online guesses are at the code, not at the seed, so they are taken as they are.
const secretBytesMin = 10;
const secretBytesMax = 128;

/** Reads the URI that authenticator apps scan. @throws {Refusal} `invalid_request` saying what is wrong; never the secret. */
export function readOtpUri(text: string): TotpParameters {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.protocol !== 'otpauth:' || url.host !== 'totp') {
    throw new Refusal('invalid_request', 'otpUri must be an otpauth://totp/ URI.');
  }
  const secret = decodeBase32(url.searchParams.get('secret') ?? '');
  if (secret === undefined || secret.length < secretBytesMin || secret.length > secretBytesMax) {
    throw new Refusal(
      'invalid_request',
      `otpUri must have a secret of ${secretBytesMin} to ${secretBytesMax} bytes in base32.`,
    );
  }
  const algorithm = (url.searchParams.get('algorithm') ?? 'SHA1').toUpperCase();
  if (algorithm !== 'SHA1' && algorithm !== 'SHA256' && algorithm !== 'SHA512') {
    throw new Refusal('invalid_request', 'otpUri must name the algorithm SHA1, SHA256 or SHA512.');
  }
  const digits = url.searchParams.get('digits') ?? '6';
  if (digits !== '6' && digits !== '7' && digits !== '8') {
    throw new Refusal('invalid_request', 'otpUri must ask for 6, 7 or 8 digits.');
  }
  const period = url.searchParams.get('period') ?? '30';
  if (period !== '30' && period !== '60')
    throw new Refusal('invalid_request', 'otpUri must have a period of 30 or 60 seconds.');
  return { algorithm, digits: Number(digits), periodSeconds: Number(period), secret };
}
