import { hmacSha256 } from '../../runtime/crypto.ts';
import type { SecretKey } from '../../runtime/crypto.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { Method, SavedCodes } from '../method.ts';
import { manifest } from './manifest.ts';
import { readRecoveryCode, recoveryCodeSetBytes, recoveryCodesFrom } from './recovery-code-set.ts';

// NIST SP 800-63B-4 §3.1.2.2 asks for 32 bits.
const saltBytes = 16;

/** Peppered with a key of the tenant that is not in the database in clear, then slow and salted (N07). */
function hashOf(
  { slowHash }: Pick<Runtime, 'slowHash'>,
  code: string,
  salt: Buffer,
  pepper: SecretKey,
): Promise<Buffer> {
  return slowHash(hmacSha256(pepper, code).toString('base64'), salt, pepper);
}

const savedCodes: SavedCodes = {
  async newSet(runtime, pepper) {
    const { random } = runtime;
    const codes = recoveryCodesFrom(random.bytes(recoveryCodeSetBytes));
    const salt = random.bytes(saltBytes);
    const hashes: Buffer[] = [];
    // One after another: a set takes one place in the queue of slow hashes, as a guess does.
    for (const code of codes) hashes.push(await hashOf(runtime, code.replaceAll('-', ''), salt, pepper));
    return { codes, salt, hashes };
  },
  read: readRecoveryCode,
  hashOf,
};

/** Codes that a user has written down, for when no other method is available. */
export const recoveryCode: Method = {
  verificationMethod: manifest.verificationMethod,
  savedCodes,
  describe: () => ({}),
};
