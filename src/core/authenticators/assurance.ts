import type { Assurance } from '../rules/rule-set.ts';

const ofMethod: ReadonlyMap<string, Assurance> = new Map([
  ['EMAIL_OTP', 'low'],
  ['EMAIL_MAGIC_LINK', 'low'],
  ['RECOVERY_CODE', 'low'],
  ['SMS', 'restricted'],
  ['WHATSAPP', 'restricted'],
  ['AUTHENTICATOR_APP', 'medium'],
]);

// Their proof is a signature, which is worth more when the key's device has verified who uses it.
const keys: ReadonlySet<string> = new Set(['PASSKEY', 'SECURITY_KEY', 'DEVICE']);

/**
 * How much a proof by a method says (ruling 10). Null is a success that no method proved, such as a state that the
 * backend has set: it says least, as does every method that the ruling does not name.
 */
export function assuranceOf(verificationMethod: string | null, isUserVerified: boolean): Assurance {
  if (verificationMethod === null) return 'low';
  if (keys.has(verificationMethod)) return isUserVerified ? 'high' : 'medium';
  return ofMethod.get(verificationMethod) ?? 'low';
}
