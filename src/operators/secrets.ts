import { sha256 } from '../runtime/crypto.ts';
import type { Random } from '../runtime/runtime.ts';

/** A secret of 256 random bits, as a cookie or a link has it. */
export function newSecret(random: Random): string {
  return random.bytes(32).toString('base64url');
}

/** What is stored of a secret, and found by it. A secret of 256 bits needs no slower hash. */
export function digestOf(secret: string): Buffer {
  return sha256(secret);
}
