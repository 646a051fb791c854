import { parseUrl } from '../../contract/parse-url.ts';
import { Refusal } from '../../contract/errors.ts';
import { decodeBase32 } from './base32.ts';

/** The contents of an `otpauth://totp/` URI: the parameters of RFC 6238 §4 and the shared secret. */
export interface TotpParameters {
  readonly algorithm: 'SHA1' | 'SHA256' | 'SHA512';
  readonly digits: number;
  readonly periodSeconds: number;
  readonly secret: Buffer;
}

// RFC 4226 §4 R6 asks for 128 bits, and secrets generated here have 160. Many users bring seeds of 80 bits from
// elsewhere. Online guesses are at the code, not at the seed, so such seeds are accepted as they are.
const secretBytesMin = 10;
const secretBytesMax = 128;

// Ruling 56. A shorter period is not enough for a user to type a code; a longer one would make a code valid for too
// long.
const periodSecondsMin = 10;
const periodSecondsMax = 120;

/**
 * Reads the URI that authenticator apps scan, in the spellings of the many programs that write it. A URI that would
 * lead to other codes than the app's is refused. @throws {Refusal} `invalid_request` saying what is wrong; never the
 * secret.
 */
export function readOtpUri(text: string): TotpParameters {
  const url = parseUrl(text);
  // URLs with schemes that are not the web's keep the case of their hosts.
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
  // Apps that support this member show letters, others digits.
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
 * A member of the query, in any case, without spaces around it; undefined if it is absent or empty. If it appears twice
 * with different values, apps disagree about its meaning.
 */
function readMember(query: URLSearchParams, wanted: string): string | undefined {
  const values = new Set<string>();
  for (const [name, value] of query) {
    // `&amp;` remains instead of `&` in a link that was copied from a page's source.
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
