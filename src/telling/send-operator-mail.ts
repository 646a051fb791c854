import type { AddressedOperatorMail } from '../core/notices/operator-mail.ts';
import type { OutboxRow } from '../storage/queries/outbox.ts';
import { mailWords } from '../texts/mail-words.ts';
import type { Context } from '../calls/context.ts';
import { mailBodies } from './mail-bodies.ts';
import { sendMail } from './send-mail.ts';

/** Sends a mail to people who run the tenant. @throws {Refusal} as {@link sendMail} does. */
export async function sendOperatorMail(context: Context, row: OutboxRow): Promise<void> {
  const tenant = context.published.tenant(row.tenantId);
  if (tenant === undefined) throw new Error('This node does not hold the tenant of the mail yet.');
  const { to, mail } = row.payload as AddressedOperatorMail;
  await sendMail(context, tenant, {
    to,
    subject: `${mail.heading} (${tenant.name})`,
    ...mailBodies(mailWords('en', tenant.name), mail),
    messageId: `<${row.eventId}@${new URL(context.publicUrl).hostname}>`,
  });
}
