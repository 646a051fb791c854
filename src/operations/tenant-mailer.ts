/** Who delivers a tenant's mail: the provider that the tenant configured, else this server's. */
import { Refusal } from '../contract/errors.ts';
import { emailProviders } from '../delivery/email/email-providers.ts';
import type { Mailer } from '../delivery/email/mailer.ts';
import { sha256 } from '../runtime/crypto.ts';
import type { Tenant } from '../storage/published.ts';
import type { AuthenticatorConfigurationRow } from '../storage/queries/authenticator-configurations.ts';
import { openSecrets } from './management/method-secrets.ts';
import type { Context } from './operation.ts';

/**
 * The mailer for a tenant's mail of every kind.
 * @throws {Refusal} `invalid_configuration` where nothing could be sent, with what to change.
 */
export function tenantMailer(context: Context, tenant: Tenant): Mailer {
  const own = ownProvider(tenant);
  if (own === undefined) {
    if (context.mailer === undefined) throw mailMissing();
    return context.mailer;
  }
  const { row, name } = own;
  const provider = emailProviders.get(name);
  if (provider === undefined) {
    const built = [...emailProviders.keys()].join(', ');
    throw new Refusal(
      'invalid_configuration',
      `Mail by ${name} is not part of this release. Set emailProvider of email-otp to ${built}, or remove it to use the server's own mail.`,
    );
  }
  const open = row.settings[provider.credentials];
  if (typeof open !== 'object' || open === null) {
    throw new Refusal('invalid_configuration', `The emailProvider ${name} has no ${provider.credentials}.`);
  }
  return context.mailers.mailerOf(tenant.tenantId, fingerprint(row), () => {
    const secrets = openSecrets(context, tenant.tenantId, row)[provider.credentials];
    return provider.open({ ...open, ...secrets }, context.outbound);
  });
}

/** What stands for provider and credentials of a tenant; undefined for one that uses the server's. */
export function mailFingerprint(tenant: Tenant): string | undefined {
  const own = ownProvider(tenant);
  return own === undefined ? undefined : fingerprint(own.row);
}

// One configuration for codes, links and notices; it holds for mail even while codes by mail are switched off.
function ownProvider(tenant: Tenant) {
  const row = tenant.authenticatorConfigurations.find((candidate) => candidate.verification_method === 'EMAIL_OTP');
  const name = row?.settings['emailProvider'];
  return row === undefined || typeof name !== 'string' ? undefined : { row, name };
}

function fingerprint({ settings, secrets_sealed }: AuthenticatorConfigurationRow): string {
  return sha256(JSON.stringify([settings, secrets_sealed?.toString('base64')])).toString('base64');
}

function mailMissing(): Refusal {
  return new Refusal(
    'invalid_configuration',
    'No mail provider is configured. Set SALLYPORT_SMTP_URL and SALLYPORT_MAIL_FROM, or configure email-otp of the tenant.',
  );
}
