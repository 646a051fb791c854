import { fallbackOf } from '../configuring/method-fallback.ts';
import { emailProviders } from '../delivery/email/email-providers.ts';
import { textProviders } from '../delivery/text/text-providers.ts';
import type { Context } from '../calls/context.ts';
import type { Tenant } from '../storage/published.ts';
import type { AuthenticatorConfigurationRow } from '../storage/queries/authenticator-configurations.ts';
import { callbackUrl } from './callback-url.ts';
import { ownProviders } from './own-providers.ts';

/** The members of a configuration that say where its providers tell what became of messages. */
export function callbackUrls(context: Context, tenant: Tenant, row: AuthenticatorConfigurationRow) {
  const { verificationMethod: method } = row;
  const [first, second] = ownProviders({ authenticatorConfigurations: [row] }, method).map((provider) =>
    tellsOfMessages(method, provider.name) ? callbackUrl(context, tenant, provider) : undefined,
  );
  const fallback = fallbackOf(row);
  return {
    ...(first === undefined ? {} : { callbackUrl: first }),
    ...(fallback === undefined || second === undefined ? {} : { fallback: { ...fallback, callbackUrl: second } }),
  };
}

function tellsOfMessages(method: string, name: string): boolean {
  if (method === 'SMS' || method === 'WHATSAPP') return textProviders[method].get(name)?.reports !== undefined;
  return method === 'EMAIL_OTP' && emailProviders.get(name)?.reports !== undefined;
}
