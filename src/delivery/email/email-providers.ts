/** The mail providers that a tenant may bring: a line each, and a file beside this one. */
import type { Mailer } from './mailer.ts';
import { tenantSmtpMailer } from './smtp-mailer.ts';
import type { Connect, SmtpCredentials } from './smtp-mailer.ts';

interface EmailProvider {
  /** The block of credentials in the tenant's configuration, whose form the contract has checked. */
  readonly credentials: string;
  open(credentials: Readonly<Record<string, unknown>>, connect: Connect): Mailer;
}

/** By the name that stands in `emailProvider`. */
export const emailProviders: ReadonlyMap<string, EmailProvider> = new Map([
  [
    'SMTP',
    {
      credentials: 'smtpEmailCredentials',
      open: (credentials, connect) => tenantSmtpMailer(credentials as unknown as SmtpCredentials, connect),
    },
  ],
]);
