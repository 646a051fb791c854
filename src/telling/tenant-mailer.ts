/** Who delivers a tenant's mail: the providers that the tenant configured, otherwise this server's. */
import { Refusal } from '../contract/errors.ts';
import { apiCarrier } from '../delivery/api-provider.ts';
import type { Carrier, Credentials } from '../delivery/api-provider.ts';
import { emailProviders } from '../delivery/email/email-providers.ts';
import { mailboxTo } from '../delivery/email/mailbox-to.ts';
import type { Email, Mailer } from '../delivery/email/mailer.ts';
import { tenantSmtpMailer } from '../delivery/email/smtp-mailer.ts';
import type { SmtpCredentials } from '../delivery/email/smtp-mailer.ts';
import { openRelay } from '../delivery/relay.ts';
import type { Relay } from '../delivery/relay.ts';
import type { Tenant } from '../storage/published.ts';
import type { Context } from '../calls/context.ts';
import { accountOf } from './account-of.ts';
import { allCredentials, fingerprint, openCredentials, ownProviders, whyNoUrl } from './own-providers.ts';
import type { OwnProvider } from './own-providers.ts';

const mailMissing =
  'No mail provider is configured. Set SALLYPORT_SMTP_URL and SALLYPORT_MAIL_FROM, or configure email-otp of the tenant.';

// One configuration for codes, links and notices; it applies to mail even while codes by mail are disabled.
const method = 'EMAIL_OTP';

/** What a mail is: a tenant's template of codes is for nothing else. */
export type MailKind = 'code' | 'other';

/**
 * Who carries all mail of a tenant.
 * @throws {Refusal} `invalid_configuration` if nothing could be sent, with what to change.
 */
export function tenantMailer(context: Context, tenant: Tenant, kind: MailKind): Relay<Email> {
  const why = whyNoMail(context, tenant, kind);
  if (why !== undefined) throw new Refusal('invalid_configuration', why);
  const providers = ownProviders(tenant, method);
  const [first] = providers;
  if (first === undefined) return serverRelay(context);
  return context.mailRelays.relayOf(tenant.tenantId, method, fingerprint(first.row), () => {
    const usable = providers.filter((provider) => whyNot(context, provider, 'code') === undefined);
    const carriers = usable.map((provider) => ({
      name: provider.name,
      carrier: carrierOf(context, tenant, provider),
    }));
    return openRelay(carriers, context.runtime.clock);
  });
}

/** This server's own mail has no breaker: it is shared by all tenants, and one of them must not close it to the others. */
function serverRelay({ mailer, runtime }: Context): Relay<Email> {
  if (mailer === undefined) throw new Refusal('invalid_configuration', mailMissing);
  return openRelay([{ name: 'SERVER', carrier: withoutId(mailer) }], runtime.clock);
}

function carrierOf(context: Context, tenant: Tenant, provider: OwnProvider): Carrier<Email> {
  const { outbound, runtime } = context;
  const { tenantId } = tenant;
  const known = emailProviders.get(provider.name);
  const block = known?.credentials ?? null;
  const credentials =
    block === null ? {} : (serversOwn(context, provider) ?? allCredentials(context, tenantId, provider, block));
  const api = known?.api ?? null;
  if (api !== null) {
    const carrier = apiCarrier(provider.name, api, accountOf(context, tenant, provider, credentials), {
      outbound,
      timers: runtime.timers,
    });
    return {
      ...carrier,
      send: async (email, id, msMax) => carrier.send({ ...email, to: mailboxTo(email.to) }, id, msMax),
    };
  }
  const { port, secure } = credentials;
  const smtp = { ...credentials, port: Number(port), secure: secure === 'true' } as unknown as SmtpCredentials;
  return withoutId(
    tenantSmtpMailer(
      smtp,
      (target, ports, signal) => outbound.connect(tenantId, target, ports, signal),
      runtime.timers,
    ),
  );
}

function withoutId(mailer: Mailer): Carrier<Email> {
  return {
    async send(email, tenantId, msMax) {
      await mailer.send(email, tenantId, msMax);
      return undefined;
    },
    close: () => mailer.close(),
  };
}

/** Why a tenant's users cannot be sent mail, and what to change; undefined if a provider is configured (ruling 39). */
export function whyNoMail(
  context: Pick<Context, 'mailer' | 'ses'>,
  tenant: Tenant,
  kind: MailKind,
): string | undefined {
  const [first] = ownProviders(tenant, method);
  if (first === undefined) return context.mailer === undefined ? mailMissing : undefined;
  return whyNot(context, first, kind);
}

/** This server's credentials for a tenant's provider that has none of its own. */
function serversOwn({ ses }: Pick<Context, 'ses'>, provider: OwnProvider): Credentials | undefined {
  const block = emailProviders.get(provider.name)?.credentials;
  if (provider.name !== 'SES' || typeof block !== 'string') return undefined;
  return openCredentials(provider, block) === undefined ? ses : undefined;
}

function whyNot(context: Pick<Context, 'ses'>, provider: OwnProvider, kind: MailKind): string | undefined {
  const { name } = provider;
  const known = emailProviders.get(name);
  if (known === undefined) {
    const built = [...emailProviders.keys()].join(', ');
    return `Mail by ${name} is not part of this release. Set emailProvider of email-otp to ${built}, or remove it to use the server's own mail.`;
  }
  if (known.credentials === null) return whyNoUrl(provider, 'emailProvider');
  const credentials = openCredentials(provider, known.credentials) ?? serversOwn(context, provider);
  if (credentials === undefined) {
    const orHere = name === 'SES' ? ', and this server has none for it in SALLYPORT_SES_REGION and its keys' : '';
    return `The emailProvider ${name} has no ${known.credentials}${orHere}.`;
  }
  const lacking = kind === 'code' ? undefined : known.lacks?.(credentials);
  if (lacking === undefined) return undefined;
  return `${known.credentials} has no ${lacking}: links and notices are not sent by your template of codes, and need a sender of their own.`;
}
