import { normaliseRecoveryCode } from '../core/authenticators/recovery-codes.ts';
import { hmacSha256, slowHash } from '../runtime/crypto.ts';
import type { SecretKey } from '../runtime/crypto.ts';

/** Hashes codes for storing: peppered with a key that is not in the database in clear, then slow and salted. */
export async function hashRecoveryCodes(codes: readonly string[], salt: Buffer, pepper: SecretKey): Promise<Buffer[]> {
  return Promise.all(
    codes.map((code) => slowHash(hmacSha256(pepper, normaliseRecoveryCode(code)).toString('base64'), salt)),
  );
}
