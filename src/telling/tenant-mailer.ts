/** Who delivers a tenant's mail: the provider that the tenant configured, otherwise this server's. */
import { Refusal } from '../contract/errors.ts';
import { emailProviders } from '../delivery/email/email-providers.ts';
import type { Mailer } from '../delivery/email/mailer.ts';
import { sha256 } from '../runtime/crypto.ts';
import type { Tenant } from '../storage/published.ts';
import type { AuthenticatorConfigurationRow } from '../storage/queries/authenticator-configurations.ts';
import { openSecrets } from '../configuring/method-secrets.ts';
import type { Context } from '../calls/context.ts';

const mailMissing =
  'No mail provider is configured. Set SALLYPORT_SMTP_URL and SALLYPORT_MAIL_FROM, or configure email-otp of the tenant.';

/**
 * The mailer for all mail of a tenant.
 * @throws {Refusal} `invalid_configuration` if nothing could be sent, with what to change.
 */
export function tenantMailer(context: Context, tenant: Tenant): Mailer {
  const own = ownProvider(tenant);
  if (own === undefined && context.mailer !== undefined) return context.mailer;
  const provider = own === undefined ? undefined : emailProviders.get(own.name);
  const why = whyNoMail(context, tenant);
  if (own === undefined || provider === undefined || why !== undefined) {
    throw new Refusal('invalid_configuration', why ?? mailMissing);
  }
  const { row } = own;
  return context.mailers.mailerOf(tenant.tenantId, fingerprint(row), () => {
    const { [provider.credentials]: secrets } = openSecrets(context, tenant.tenantId, row);
    return provider.open(
      { ...credentialsOf(row, provider.credentials), ...secrets },
      (target, ports, signal) => context.outbound.connect(tenant.tenantId, target, ports, signal),
      context.runtime.timers,
    );
  });
}

/** Why a tenant's users cannot be sent mail, and what to change; undefined if a provider is configured (ruling 39). */
export function whyNoMail({ mailer }: Pick<Context, 'mailer'>, tenant: Tenant): string | undefined {
  const own = ownProvider(tenant);
  if (own === undefined) return mailer === undefined ? mailMissing : undefined;
  const { row, name } = own;
  const provider = emailProviders.get(name);
  if (provider === undefined) {
    const built = [...emailProviders.keys()].join(', ');
    return `Mail by ${name} is not part of this release. Set emailProvider of email-otp to ${built}, or remove it to use the server's own mail.`;
  }
  if (credentialsOf(row, provider.credentials) === undefined) {
    return `The emailProvider ${name} has no ${provider.credentials}.`;
  }
  return undefined;
}

function credentialsOf({ settings }: AuthenticatorConfigurationRow, name: string): object | undefined {
  const { [name]: open } = settings;
  return typeof open === 'object' && open !== null ? open : undefined;
}

/** The name of a tenant's mail provider; `SERVER` for this server's own mail. */
export function mailProviderOf(tenant: Tenant): string {
  return ownProvider(tenant)?.name ?? 'SERVER';
}

/** A fingerprint of a tenant's provider and credentials; undefined for a tenant that uses the server's. */
export function mailFingerprint(tenant: Tenant): string | undefined {
  const own = ownProvider(tenant);
  return own === undefined ? undefined : fingerprint(own.row);
}

// One configuration for codes, links and notices; it applies to mail even while codes by mail are disabled.
function ownProvider(tenant: Tenant) {
  const row = tenant.authenticatorConfigurations.find((candidate) => candidate.verificationMethod === 'EMAIL_OTP');
  const name = row?.settings['emailProvider'];
  return row === undefined || typeof name !== 'string' ? undefined : { row, name };
}

function fingerprint({ settings, secretsSealed }: AuthenticatorConfigurationRow): string {
  return sha256(JSON.stringify([settings, secretsSealed?.toString('base64')])).toString('base64');
}
