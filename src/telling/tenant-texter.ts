/** Who delivers a tenant's texts: the providers that the tenant configured for the method; in development the inbox. */
import { Refusal } from '../contract/errors.ts';
import { apiCarrier } from '../delivery/api-provider.ts';
import type { Carrier } from '../delivery/api-provider.ts';
import { openRelay } from '../delivery/relay.ts';
import type { Relay } from '../delivery/relay.ts';
import { textProviders } from '../delivery/text/text-providers.ts';
import type { Text, TextChannel } from '../delivery/text/texter.ts';
import { whyNoCountry } from '../counting/why-no-country.ts';
import { manifestOf } from '../methods/manifests.ts';
import type { Tenant } from '../storage/published.ts';
import type { Context } from '../calls/context.ts';
import { accountOf } from './account-of.ts';
import { allCredentials, fingerprint, openCredentials, ownProviders, whyNoUrl } from './own-providers.ts';
import type { OwnProvider } from './own-providers.ts';

/**
 * Who carries the texts of a method.
 * @throws {Refusal} `invalid_configuration` if nothing could be sent, with what to change.
 */
export function tenantTexter(context: Context, tenant: Tenant, channel: TextChannel): Relay<Text> {
  const why = whyNoText(context, tenant, channel);
  if (why !== undefined) throw new Refusal('invalid_configuration', why);
  const providers = ownProviders(tenant, channel);
  const [first] = providers;
  if (first === undefined) return inboxRelay(context, channel);
  return context.textRelays.relayOf(tenant.tenantId, channel, fingerprint(first.row), () => {
    const usable = providers.filter((provider) => whyNot(provider, channel) === undefined);
    const carriers = usable.flatMap((provider) => carrierOf(context, tenant, provider, channel));
    return openRelay(carriers, context.runtime.clock);
  });
}

function inboxRelay({ texter, runtime }: Context, channel: TextChannel): Relay<Text> {
  if (texter === undefined) throw new Refusal('invalid_configuration', missing(channel));
  return openRelay([{ name: 'SERVER', carrier: texter }], runtime.clock);
}

function carrierOf(
  context: Context,
  tenant: Tenant,
  provider: OwnProvider,
  channel: TextChannel,
): readonly { readonly name: string; readonly carrier: Carrier<Text> }[] {
  const { outbound, runtime } = context;
  const { name } = provider;
  const known = textProviders[channel].get(name);
  if (known === undefined) return [];
  const block = known.credentials;
  const credentials = block === null ? {} : allCredentials(context, tenant.tenantId, provider, block);
  const account = accountOf(context, tenant, provider, credentials);
  return [{ name, carrier: apiCarrier(name, known.api, account, { outbound, timers: runtime.timers }) }];
}

/** Why a tenant's users cannot be sent texts, and what to change; undefined if a provider is configured, and a country chosen (ruling 39). */
export function whyNoText(
  { texter }: Pick<Context, 'texter'>,
  tenant: Tenant,
  channel: TextChannel,
): string | undefined {
  const [first] = ownProviders(tenant, channel);
  const why = first === undefined ? (texter === undefined ? missing(channel) : undefined) : whyNot(first, channel);
  return why ?? whyNoCountry(tenant, channel);
}

function whyNot(provider: OwnProvider, channel: TextChannel): string | undefined {
  const { name } = provider;
  const setting = manifestOf(channel)?.providerSetting ?? 'provider';
  const known = textProviders[channel].get(name);
  if (known === undefined) {
    return `Texts by ${name} are not part of this release. Set ${setting} to ${[...textProviders[channel].keys()].join(', ')}.`;
  }
  if (known.credentials === null) return whyNoUrl(provider, setting);
  const credentials = openCredentials(provider, known.credentials);
  if (credentials === undefined) return `The ${setting} ${name} has no ${known.credentials}.`;
  const lacking = known.lacks?.(credentials);
  return lacking === undefined ? undefined : `${known.credentials} has no ${lacking}.`;
}

function missing(channel: TextChannel): string {
  return `No provider for ${channel} is configured.`;
}
