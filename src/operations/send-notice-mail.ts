import type { AddressedNotice } from '../core/notices/notice.ts';
import { en } from '../texts/en/en.ts';
import { isFailing } from '../storage/queries/guess-budgets.ts';
import type { OutboxRow } from '../storage/queries/outbox.ts';
import { mailPage } from './mail-page.ts';
import type { Context } from './operation.ts';
import { sendMail } from './send-mail.ts';

/** Sends the notice of an outbox row, if it is still true. @throws {Refusal} as {@link sendMail} does. */
export async function sendNoticeMail(context: Context, row: OutboxRow): Promise<void> {
  const tenant = context.published.tenant(row.tenant_id);
  if (tenant === undefined) throw new Error('This node does not hold the tenant of the notice yet.');
  const { to, notice, happenedAtMs } = row.payload as AddressedNotice;
  if (notice.type === 'method-locked' && row.user_id !== null) {
    // The guess that locked it may have been right, after all.
    const { tenantId } = tenant;
    if (!(await isFailing(context.db, tenantId, row.user_id, notice.verificationMethod))) return;
  }
  const { timeZone } = tenant.settings;
  const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone });
  const time = `${format.format(new Date(happenedAtMs))} (${timeZone})`;
  const texts = en.noticeMail;
  const { subject, fact } =
    'verificationMethod' in notice
      ? texts[notice.type](tenant.name, texts.methodName(notice.verificationMethod), time)
      : texts[notice.type](tenant.name, notice.codesLeft, time);
  const paragraphs = [fact, texts.advice(tenant.name)];
  await sendMail(context, tenant, {
    to,
    subject,
    text: `${paragraphs.join('\n\n')}\n`,
    html: mailPage(tenant.name, paragraphs),
    messageId: `<${row.event_id}@${new URL(context.publicUrl).hostname}>`,
  });
}
