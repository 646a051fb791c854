/**
 * The token of a mailed link. It identifies one challenge of one tenant and has no other use; only its digest is
 * stored.
 */
import { digestsEqual, hmacSha256, sha256 } from '../runtime/crypto.ts';
import type { Tenant } from '../storage/published.ts';
import type { Context } from '../calls/context.ts';

// As hard to guess as a key.
const secretBytes = 32;

/** A new link and what is stored of it. */
export function newMagicLink({ runtime, publicUrl }: Context, tenant: Tenant): { url: string; tokenDigest: Buffer } {
  const token = `${tenant.tenantId}.${runtime.random.bytes(secretBytes).toString('base64url')}`;
  return { url: `${publicUrl}/magic-link?token=${token}`, tokenDigest: sha256(token) };
}

export interface MagicLinkToken {
  readonly tenant: Tenant;
  readonly digest: Buffer;
}

/** The tenant of a link, and the digest that finds its challenge; undefined for a text that cannot be one of ours. */
export function readMagicLinkToken({ published }: Context, token: string): MagicLinkToken | undefined {
  const [tenantId = '', secret] = token.split('.');
  const tenant = published.tenant(tenantId);
  return tenant === undefined || secret === undefined ? undefined : { tenant, digest: sha256(token) };
}

/** What the page of a link sends when its button is pressed. It proves that the page of this link was shown (A20). */
export function pageNonce({ tenant, digest }: MagicLinkToken): string {
  return hmacSha256(tenant.codeKey, Buffer.concat([Buffer.from('magic-link-page '), digest])).toString('base64url');
}

export function isPageNonce(link: MagicLinkToken, given: string): boolean {
  return digestsEqual(Buffer.from(pageNonce(link)), Buffer.from(given));
}
