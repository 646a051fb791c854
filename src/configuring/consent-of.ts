import type { Tenant } from '../storage/published.ts';
import { methodSettings } from './method-settings.ts';

/** The setting: what users agree to before messages go to their number. */
interface StoredConsent {
  readonly version: string;
  /** By language. */
  readonly links: Readonly<Record<string, string>>;
}

/**
 * What a method's users are asked to agree to, with the link in their language, else the English one, else any.
 * Undefined if the tenant asks for nothing.
 */
export function consentOf(
  tenant: Tenant,
  method: string,
  locale: string,
): { readonly version: string; readonly link: string } | undefined {
  const stored = methodSettings(tenant, method)['consent'] as StoredConsent | undefined;
  if (stored === undefined) return undefined;
  const { version, links } = stored;
  const link = links[locale] ?? links[locale.slice(0, 2)] ?? links['en'] ?? Object.values(links)[0];
  return link === undefined ? undefined : { version, link };
}
