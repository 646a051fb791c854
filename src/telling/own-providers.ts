/** The providers that a tenant has configured for a method: the first, and the one that stands in for it. */
import { openSecrets } from '../configuring/method-secrets.ts';
import { fallbackOf } from '../configuring/method-fallback.ts';
import type { Credentials } from '../delivery/api-provider.ts';
import { manifestOf } from '../methods/manifests.ts';
import { sha256 } from '../runtime/crypto.ts';
import type { Tenant } from '../storage/published.ts';
import type { AuthenticatorConfigurationRow } from '../storage/queries/authenticator-configurations.ts';
import type { Context } from '../calls/context.ts';

/** Which of a method's two providers. */
export type Place = 'first' | 'second';

export interface OwnProvider {
  readonly method: string;
  readonly name: string;
  readonly place: Place;
  readonly row: AuthenticatorConfigurationRow;
  /** With the open part of its credentials. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The first, and then the second if there is one; none if the tenant leaves the method's messages to the server. */
export function ownProviders(
  { authenticatorConfigurations }: Pick<Tenant, 'authenticatorConfigurations'>,
  method: string,
): readonly OwnProvider[] {
  const row = authenticatorConfigurations.find((candidate) => candidate.verificationMethod === method);
  const setting = manifestOf(method)?.providerSetting;
  if (row === undefined || setting === undefined) return [];
  const [first, second] = [row.settings, fallbackOf(row)].map((settings, at) => {
    const name = settings?.[setting];
    const place: Place = at === 0 ? 'first' : 'second';
    return settings === undefined || typeof name !== 'string' ? undefined : { method, name, place, row, settings };
  });
  if (first === undefined) return [];
  return second === undefined ? [first] : [first, second];
}

/** What is open of a provider's credentials; undefined if none are stored. */
export function openCredentials({ settings }: OwnProvider, block: string): Credentials | undefined {
  const { [block]: open } = settings;
  return typeof open === 'object' && open !== null ? asText(open) : undefined;
}

/** Why a tenant's own endpoint cannot be told: a copy of a configuration has none of the other's. Undefined if it can. */
export function whyNoUrl({ name, settings }: OwnProvider, setting: string): string | undefined {
  return settings['webhookUrl'] === undefined ? `The ${setting} ${name} has no webhookUrl.` : undefined;
}

/** A provider's credentials with their secrets. @throws {SealBroken} */
export function allCredentials(context: Context, tenantId: string, provider: OwnProvider, block: string): Credentials {
  const { row, place } = provider;
  const secrets = openSecrets(context, tenantId, row)[place === 'first' ? block : `fallback.${block}`];
  return { ...openCredentials(provider, block), ...secrets };
}

function asText(members: object): Credentials {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, String(value)]));
}

/** A fingerprint of a tenant's providers and credentials; undefined if it has none for the method. */
export function providersFingerprint(tenant: Tenant, method: string): string | undefined {
  const [first] = ownProviders(tenant, method);
  return first === undefined ? undefined : fingerprint(first.row);
}

export function fingerprint({ settings, secretsSealed }: AuthenticatorConfigurationRow): string {
  return sha256(JSON.stringify([settings, secretsSealed?.toString('base64')])).toString('base64');
}
