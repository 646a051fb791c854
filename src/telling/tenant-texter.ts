/** Who delivers a tenant's texts: the provider that the tenant configured for the method; in development the inbox. */
import { Refusal } from '../contract/errors.ts';
import { textProviders } from '../delivery/text/text-providers.ts';
import type { Texter } from '../delivery/text/texter.ts';
import { openSecrets } from '../configuring/method-secrets.ts';
import type { Tenant } from '../storage/published.ts';
import type { Context } from '../calls/context.ts';

const settingOf = { SMS: 'smsProvider', WHATSAPP: 'whatsAppProvider' } as const;

/**
 * The texter of a method.
 * @throws {Refusal} `invalid_configuration` if nothing could be sent, with what to change.
 */
export function tenantTexter(context: Context, tenant: Tenant, verificationMethod: 'SMS' | 'WHATSAPP'): Texter {
  const own = ownProvider(tenant, verificationMethod);
  if (own === undefined && context.texter !== undefined) return context.texter;
  const provider = own === undefined ? undefined : textProviders.get(own.name);
  const why = whyNoText(context, tenant, verificationMethod);
  if (own === undefined || provider === undefined || why !== undefined) {
    throw new Refusal('invalid_configuration', why ?? missing(verificationMethod));
  }
  const { [provider.credentials]: secrets } = openSecrets(context, tenant.tenantId, own.row);
  const { [provider.credentials]: open } = own.row.settings;
  return provider.open({ ...(open as object), ...secrets });
}

/** Why a tenant's users cannot be sent texts, and what to change; undefined if a provider is configured (ruling 39). */
export function whyNoText(
  { texter }: Pick<Context, 'texter'>,
  tenant: Tenant,
  verificationMethod: 'SMS' | 'WHATSAPP',
): string | undefined {
  const own = ownProvider(tenant, verificationMethod);
  if (own === undefined) return texter === undefined ? missing(verificationMethod) : undefined;
  const provider = textProviders.get(own.name);
  const setting = settingOf[verificationMethod];
  if (provider === undefined) return `Texts by ${own.name} are not part of this release. Change the ${setting}.`;
  if (!(provider.credentials in own.row.settings)) return `The ${setting} ${own.name} has no ${provider.credentials}.`;
  return undefined;
}

/** The name of a method's provider; `SERVER` for the inbox of development. */
export function textProviderOf(tenant: Tenant, verificationMethod: 'SMS' | 'WHATSAPP'): string {
  return ownProvider(tenant, verificationMethod)?.name ?? 'SERVER';
}

function ownProvider(tenant: Tenant, verificationMethod: 'SMS' | 'WHATSAPP') {
  const row = tenant.authenticatorConfigurations.find(
    (candidate) => candidate.verificationMethod === verificationMethod,
  );
  const name = row?.settings[settingOf[verificationMethod]];
  return row === undefined || typeof name !== 'string' ? undefined : { row, name };
}

function missing(verificationMethod: string): string {
  return `No provider for ${verificationMethod} is configured.`;
}
