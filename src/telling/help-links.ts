/**
 * The links by which operators help users in, and those by which users stop it. What makes them good is behind their `#`, so
 * no server, proxy or log sees it before the user presses the button.
 */
import { isUuid } from '../calls/is-uuid.ts';
import type { Context } from '../calls/context.ts';
import { digestsEqual, hmacSha256, sha256 } from '../runtime/crypto.ts';
import type { Tenant } from '../storage/published.ts';
import type { PageLocale } from '../texts/page-locale.ts';

// As hard to guess as a key.
const secretBytes = 32;

/** A new link and what is stored of it. */
export function newHelpLink(
  { runtime, publicUrl }: Pick<Context, 'runtime' | 'publicUrl'>,
  { tenantId }: Tenant,
  locale: PageLocale,
): { readonly url: string; readonly digest: Buffer } {
  const token = `${tenantId}.${runtime.random.bytes(secretBytes).toString('base64url')}`;
  return { url: `${publicUrl}/help?${queryOf(tenantId, locale)}#${token}`, digest: sha256(token) };
}

export interface HelpLink {
  readonly tenant: Tenant;
  readonly digest: Buffer;
}

/** The tenant of a link, and the digest that finds its help; undefined for a text that cannot be one of ours. */
export function readHelpLink({ published }: Pick<Context, 'published'>, token: string): HelpLink | undefined {
  const [tenantId = '', secret] = token.split('.');
  const tenant = published.tenant(tenantId);
  return tenant === undefined || secret === undefined ? undefined : { tenant, digest: sha256(token) };
}

/** By which a user stops help. It is derived, so that it can be made when a mail is sent, and is stored nowhere. */
export function helpStopUrl(
  { publicUrl }: Pick<Context, 'publicUrl'>,
  tenant: Tenant,
  locale: PageLocale,
  helpId: string,
): string {
  const { tenantId } = tenant;
  const proof = stopProof(tenant, helpId).toString('base64url');
  return `${publicUrl}/help/stop?${queryOf(tenantId, locale)}#${tenantId}.${helpId}.${proof}`;
}

/** The help that such a link is about; undefined for a text that is none. */
export function readHelpStop(
  { published }: Pick<Context, 'published'>,
  token: string,
): { readonly tenant: Tenant; readonly helpId: string } | undefined {
  const [tenantId = '', helpId = '', proof = '', ...rest] = token.split('.');
  const tenant = published.tenant(tenantId);
  if (tenant === undefined || !isUuid(helpId) || rest.length > 0) return undefined;
  return digestsEqual(stopProof(tenant, helpId), Buffer.from(proof, 'base64url')) ? { tenant, helpId } : undefined;
}

function stopProof({ codeKey }: Tenant, helpId: string): Buffer {
  return hmacSha256(codeKey, Buffer.from(`help-stop ${helpId}`));
}

function queryOf(tenantId: string, locale: PageLocale): string {
  return new URLSearchParams({ tenant: tenantId, locale }).toString();
}
