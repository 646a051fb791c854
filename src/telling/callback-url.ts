/**
 * Where a provider tells what became of messages. The path names the tenant and the provider, and ends in a MAC that only
 * this server can make: what a provider does not sign is at least told by someone who was given the path.
 */
import { digestsEqual, hmacSha256 } from '../runtime/crypto.ts';
import type { Tenant } from '../storage/published.ts';
import type { Context } from '../calls/context.ts';
import type { OwnProvider, Place } from './own-providers.ts';

export interface CallbackToken {
  readonly tenant: Tenant;
  readonly method: string;
  readonly place: Place;
  readonly mac: Buffer;
}

/** The URL for a provider's callbacks; undefined if no provider could reach this server. */
export function callbackUrl(
  { publicUrl }: Pick<Context, 'publicUrl'>,
  tenant: Tenant,
  provider: OwnProvider,
): string | undefined {
  if (!publicUrl.startsWith('https:')) return undefined;
  const { method, place } = provider;
  const token = [tenant.tenantId, method, place, macOf(tenant, provider).toString('base64url')].join('.');
  return `${publicUrl}/callbacks/${token}`;
}

// Another provider has another path.
function macOf({ codeKey }: Tenant, { method, place, name, row }: OwnProvider): Buffer {
  return hmacSha256(codeKey, JSON.stringify(['callback', row.authenticatorId, method, place, name]));
}

/** What a path says, before its MAC was checked; undefined for a text that cannot be one of ours. */
export function readCallbackToken({ published }: Context, text: string): CallbackToken | undefined {
  const [tenantId = '', method = '', place, mac = '', ...more] = text.split('.');
  const tenant = published.tenant(tenantId);
  if (tenant === undefined || more.length > 0 || (place !== 'first' && place !== 'second')) return undefined;
  return { tenant, method, place, mac: Buffer.from(mac, 'base64url') };
}

export function isCallbackOf({ tenant, mac }: CallbackToken, provider: OwnProvider): boolean {
  return digestsEqual(mac, macOf(tenant, provider));
}
