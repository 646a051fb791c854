import { digestsEqual, hmacSha256, sha256 } from '../../runtime/crypto.ts';
import { readCode } from '../../core/challenges/read-code.ts';
import type { Tenant } from '../../storage/published.ts';

/**
 * The number that the asking side shows and the user types on the phone: two digits, 10 to 99. It is computed from the id
 * of the request under a key of the tenant, so that it is stored nowhere and a page that is reloaded shows it again.
 */
export function pushNumber({ codeKey }: Tenant, challengeId: string): string {
  const digest = hmacSha256(codeKey, JSON.stringify(['push number', challengeId]));
  return String(10 + (digest.readUIntBE(0, 6) % 90));
}

/** Whether a typed text is the number; undefined if it is none, so that nothing was guessed (ruling 45). */
export function matchesPushNumber(tenant: Tenant, challengeId: string, typed: string): boolean | undefined {
  const given = readCode(typed, 2);
  if (given === undefined) return undefined;
  return digestsEqual(sha256(given), sha256(pushNumber(tenant, challengeId)));
}
