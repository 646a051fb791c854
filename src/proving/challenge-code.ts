import { codeBytes, oneTimeCode } from '../core/challenges/one-time-code.ts';
import { methodSettings } from '../configuring/method-settings.ts';
import type { Context } from '../calls/context.ts';
import { digestsEqual, hmacSha256 } from '../runtime/crypto.ts';
import type { Tenant } from '../storage/published.ts';
import type { StoredCode } from '../storage/queries/challenges/of-backends.ts';

const lengthDefault = 6;
/** Ten minutes at most, however long the token is valid (ruling 18, NIST SP 800-63B-4 §3.1.3.2). For links too. */
export const codeMinutes = 10;

/** A new code of the length that the tenant configured for the method. */
export function newCode({ runtime }: Context, tenant: Tenant, verificationMethod: string): string {
  return oneTimeCode(runtime.random.bytes(codeBytes), codeLength(tenant, verificationMethod));
}

/** How many digits the codes of a method have. */
export function codeLength(tenant: Tenant, verificationMethod: string): number {
  const configured = methodSettings(tenant, verificationMethod)['verificationCodeLength'];
  return typeof configured === 'number' && configured >= 6 && configured <= 10 ? configured : lengthDefault;
}

/**
 * What is stored of a code: its length, and an HMAC bound to its challenge, with a key that is not in the database in
 * clear.
 */
export function storedCode(tenant: Tenant, challengeId: string, code: string): StoredCode {
  return { hmac: codeHmac(tenant, challengeId, code), length: code.length };
}

function codeHmac(tenant: Tenant, challengeId: string, code: string): Buffer {
  return hmacSha256(tenant.codeKey, JSON.stringify([challengeId, code]));
}

/** Whether `code`, as `readCode` returned it, matches a stored HMAC. Compares in constant time. */
export function isCode(tenant: Tenant, challengeId: string, code: string, stored: Buffer): boolean {
  return digestsEqual(codeHmac(tenant, challengeId, code), stored);
}
