/** The mail providers that a tenant can configure: one line each, and a file beside this one. */
import type { Timers } from '../../runtime/runtime.ts';
import type { Mailer } from './mailer.ts';
import { tenantSmtpMailer } from './smtp-mailer.ts';
import type { Connect, SmtpCredentials } from './smtp-mailer.ts';

interface EmailProvider {
  /** The credentials in the tenant's configuration; the contract has checked their form. */
  readonly credentials: string;
  open(credentials: Readonly<Record<string, unknown>>, connect: Connect, timers: Timers): Mailer;
}

/** By the name in `emailProvider`. */
export const emailProviders: ReadonlyMap<string, EmailProvider> = new Map([
  [
    'SMTP',
    {
      credentials: 'smtpEmailCredentials',
      open: (credentials, connect, timers) =>
        tenantSmtpMailer(credentials as unknown as SmtpCredentials, connect, timers),
    },
  ],
]);
