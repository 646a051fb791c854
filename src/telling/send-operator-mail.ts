import { alertMail } from '../core/alerts/alert-mail.ts';
import type { AlertNews } from '../core/alerts/alert-mail.ts';
import type { AddressedOperatorMail } from '../core/notices/operator-mail.ts';
import { mailPermissions } from '../contract/portal/mail.ts';
import { permits } from '../contract/portal/roles.ts';
import { loadMailChoice } from '../storage/queries/memberships.ts';
import type { OutboxRow } from '../storage/queries/outbox.ts';
import { portalTenantId } from '../storage/queries/tenants.ts';
import { isolate, mailWords } from '../texts/mail-words.ts';
import type { Context } from '../calls/context.ts';
import { mailBodies } from './mail-bodies.ts';
import { sendMail } from './send-mail.ts';

/** Sends a mail to people who run the tenant. @throws {Refusal} as {@link sendMail} does. */
export async function sendOperatorMail(context: Context, row: OutboxRow): Promise<void> {
  const tenant = context.published.tenant(row.tenantId);
  if (tenant === undefined) throw new Error('This node does not hold the tenant of the mail yet.');
  const { to: address, mail, reader } = row.payload as AddressedOperatorMail;
  const to = reader === undefined ? address : await addressOf(context, row.tenantId, reader);
  // They do not want it any more, or may no longer read it.
  if (to === undefined) return;
  const { place } = mail;
  const link = place && { link: `${context.publicUrl}/portal/t/${row.tenantId}${place.path}`, label: place.label };
  const words = mailWords('en', tenant.name);
  const heading = isolate(mail.heading);
  const facts = mail.facts.map(
    ([label, value]) =>
      [label, typeof value === 'string' ? value : words.sayTime(value.atMs, tenant.settings.timeZone)] as const,
  );
  await sendMail(context, tenant, {
    to,
    subject: `${heading} (${isolate(tenant.name)})`,
    ...mailBodies(words, { ...mail, ...(link === undefined ? {} : { emphasis: link }), heading, facts }),
    messageId: `<${row.eventId}@${new URL(context.publicUrl).hostname}>`,
  });
}

/** Where an operator is reached who has chosen a topic; undefined if they are not to be told of it any more. */
async function addressOf(
  context: Context,
  tenantId: string,
  { operatorId, topic }: NonNullable<AddressedOperatorMail['reader']>,
): Promise<string | undefined> {
  const { db } = context.forTenant(portalTenantId);
  const choice = await loadMailChoice(db, portalTenantId, operatorId, tenantId);
  if (choice === undefined || !choice.mails.includes(topic)) return undefined;
  return permits(choice.roles, mailPermissions[topic]) ? choice.email : undefined;
}

/** The same of an alert that a node of an earlier release told of: it left the words to whoever sends it. */
export async function sendEarlierAlertMail(context: Context, row: OutboxRow): Promise<void> {
  const { to, mail } = row.payload as { readonly to: string; readonly mail: AlertNews };
  await sendOperatorMail(context, { ...row, payload: { to, mail: alertMail(mail) } });
}
