import { alertMail } from '../core/alerts/alert-mail.ts';
import type { AlertNews } from '../core/alerts/alert-mail.ts';
import type { AddressedOperatorMail } from '../core/notices/operator-mail.ts';
import type { OutboxRow } from '../storage/queries/outbox.ts';
import { isolate, mailWords } from '../texts/mail-words.ts';
import type { Context } from '../calls/context.ts';
import { mailBodies } from './mail-bodies.ts';
import { sendMail } from './send-mail.ts';

/** Sends a mail to people who run the tenant. @throws {Refusal} as {@link sendMail} does. */
export async function sendOperatorMail(context: Context, row: OutboxRow): Promise<void> {
  const tenant = context.published.tenant(row.tenantId);
  if (tenant === undefined) throw new Error('This node does not hold the tenant of the mail yet.');
  const { to, mail } = row.payload as AddressedOperatorMail;
  const words = mailWords('en', tenant.name);
  const heading = isolate(mail.heading);
  const facts = mail.facts.map(
    ([label, value]) =>
      [label, typeof value === 'string' ? value : words.sayTime(value.atMs, tenant.settings.timeZone)] as const,
  );
  await sendMail(context, tenant, {
    to,
    subject: `${heading} (${isolate(tenant.name)})`,
    ...mailBodies(words, { ...mail, heading, facts }),
    messageId: `<${row.eventId}@${new URL(context.publicUrl).hostname}>`,
  });
}

/** The same of an alert that a node of an earlier release told of: it left the words to whoever sends it. */
export async function sendEarlierAlertMail(context: Context, row: OutboxRow): Promise<void> {
  const { to, mail } = row.payload as { readonly to: string; readonly mail: AlertNews };
  await sendOperatorMail(context, { ...row, payload: { to, mail: alertMail(mail) } });
}
