import { hmacSha256 } from '../runtime/crypto.ts';
import type { Tenant } from '../storage/published.ts';

/**
 * What the actions of an address or a device are counted by: a hash under a key that is not in the database, in the form
 * of an id. Null if there is none.
 */
export function partyId(
  { partyKey }: Pick<Tenant, 'partyKey'>,
  kind: 'ip' | 'device',
  value: string | null,
): string | null {
  if (value === null) return null;
  const hex = hmacSha256(partyKey, `${kind} ${value}`).toString('hex', 0, 16);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
