import { parseUrl } from '../../contract/parse-url.ts';
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

// Ruling 56. Shorter than a person takes to type a code; longer than a code may be good for.
const periodSecondsMin = 10;
const periodSecondsMax = 120;

/**
 * Reads the URI that authenticator apps scan, as the many programs that write it spell it. What would make other codes than
 * the app does is refused. @throws {Refusal} `invalid_request` saying what is wrong; never the secret.
 */
export function readOtpUri(text: string): TotpParameters {
  const url = parseUrl(text);
  // Hosts of schemes that are not the web's keep their case.
  const type = url?.protocol === 'otpauth:' ? url.host.toLowerCase() : undefined;
  if (type === 'hotp') {
    throw new Refusal(
      'invalid_request',
      'otpUri must be an otpauth://totp/ URI: counter-based codes (hotp) are not taken.',
    );
  }
  if (url === undefined || type !== 'totp') {
    throw new Refusal('invalid_request', 'otpUri must be an otpauth://totp/ URI.');
  }
  const member = (name: string) => readMember(url.searchParams, name);
  // Apps that know the word show letters, others digits.
  if (member('encoder') !== undefined) {
    throw new Refusal('invalid_request', 'otpUri must be of codes of digits: it names an encoder of its own.');
  }
  const secret = decodeBase32(member('secret') ?? '');
  if (secret === undefined || secret.length < secretBytesMin || secret.length > secretBytesMax) {
    throw new Refusal(
      'invalid_request',
      `otpUri must have a secret of ${secretBytesMin} to ${secretBytesMax} bytes in base32.`,
    );
  }
  return {
    algorithm: algorithmOf(member('algorithm') ?? 'SHA1'),
    digits: numberOf(member('digits') ?? '6', 6, 8, 'ask for 6, 7 or 8 digits'),
    periodSeconds: numberOf(
      member('period') ?? '30',
      periodSecondsMin,
      periodSecondsMax,
      `have a period of ${periodSecondsMin} to ${periodSecondsMax} whole seconds`,
    ),
    secret,
  };
}

/**
 * A member of the query, in any case, without spaces around it; undefined if it is absent or empty. Twice with different
 * values it means one thing to one app and another to the next.
 */
function readMember(query: URLSearchParams, wanted: string): string | undefined {
  const values = new Set<string>();
  for (const [name, value] of query) {
    // `&amp;` is what is left of `&` in a link that was copied out of a page's source.
    if (name.toLowerCase().replace(/^amp;/, '') === wanted && value.trim() !== '') values.add(value.trim());
  }
  if (values.size > 1) throw new Refusal('invalid_request', `otpUri must have one ${wanted}, not several.`);
  return [...values][0];
}

/** `SHA-256`, `sha256`, `HmacSHA256`, `HMAC_SHA_256`. */
function algorithmOf(text: string): TotpParameters['algorithm'] {
  const name = text
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
    .replace(/^HMAC/, '');
  if (name !== 'SHA1' && name !== 'SHA256' && name !== 'SHA512') {
    throw new Refusal('invalid_request', 'otpUri must name the algorithm SHA1, SHA256 or SHA512.');
  }
  return name;
}

function numberOf(text: string, min: number, max: number, demand: string): number {
  const number = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= min && number <= max)) throw new Refusal('invalid_request', `otpUri must ${demand}.`);
  return number;
}
