/** The mail providers that a tenant can configure: one line each, and a file beside this one. */
import type { ApiProvider, Credentials } from '../api-provider.ts';
import { birdReports } from '../bird.ts';
import type { Reports } from '../report.ts';
import { birdEmail } from './bird.ts';
import type { Email } from './mailer.ts';
import { mailgun, mailgunReports } from './mailgun.ts';
import { mailjet, mailjetReports } from './mailjet.ts';
import { mandrill, mandrillReports } from './mandrill.ts';
import { sendgrid, sendgridReports } from './sendgrid.ts';
import { ses } from './ses.ts';
import { sesReports } from './sns.ts';
import { webhookEmail } from './webhook.ts';

interface EmailProvider {
  /** The credentials in the tenant's configuration; null for its own endpoint, which has none. */
  readonly credentials: string | null;
  /** How its API is asked; null for a server that speaks SMTP. */
  readonly api: ApiProvider<Email> | null;
  /** What it tells of mail later; absent for one that tells nothing. */
  readonly reports?: Reports;
  /** What the credentials lack to send anything but a code in a template, although their form is right. */
  lacks?(credentials: Credentials): string | undefined;
}

const sender = ({ from }: Credentials) => (from === undefined ? 'from' : undefined);

const providers: Readonly<Record<string, EmailProvider>> = {
  BIRD: { credentials: 'birdEmailCredentials', api: birdEmail, reports: birdReports },
  MAILGUN: { credentials: 'mailgunEmailCredentials', api: mailgun, reports: mailgunReports },
  MAILJET: { credentials: 'mailjetEmailCredentials', api: mailjet, reports: mailjetReports, lacks: sender },
  MANDRILL: { credentials: 'mandrillEmailCredentials', api: mandrill, reports: mandrillReports, lacks: sender },
  SENDGRID: { credentials: 'sendgridEmailCredentials', api: sendgrid, reports: sendgridReports },
  SES: { credentials: 'sesEmailCredentials', api: ses, reports: sesReports },
  SMTP: { credentials: 'smtpEmailCredentials', api: null },
  WEBHOOK: { credentials: null, api: webhookEmail },
};

/** By the name in `emailProvider`. */
export const emailProviders: ReadonlyMap<string, EmailProvider> = new Map(Object.entries(providers));
