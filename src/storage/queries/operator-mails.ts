/** Mail to people who run a tenant: queued in the transaction of what it tells of. There is no other way to tell them. */
import { normalEmail } from '../../core/authenticators/normal-email.ts';
import type { MailTopic } from '../../core/notices/mail-topics.ts';
import type { OperatorMail } from '../../core/notices/operator-mail.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { listMailReaders } from './memberships.ts';
import { portalTenantId } from './tenants.ts';

const queueStatement = statement<never>(
  'queue_operator_mails',
  `insert into outbox (tenant_id, event_id, kind, payload, created_at, next_try_at)
   select $1, mails.event_id, 'operator-mail', jsonb_build_object('to', mails.address, 'mail', $2::jsonb) ||
     case when mails.operator_id is null then '{}'
       else jsonb_build_object('reader', jsonb_build_object('operatorId', mails.operator_id, 'topic', $7::text)) end, $3, $3
   from unnest($4::uuid[], $5::text[], $6::uuid[]) as mails (event_id, address, operator_id)`,
);

interface Addressee {
  readonly email: string;
  /** The operator who chose to be told: whether they still may be is asked again when it is sent. Undefined for an address. */
  readonly operatorId?: string;
}

/** Queues a mail to each of these. `topic` is what the operators among them chose. */
export async function queueOperatorMails(
  sql: Sql,
  { ids, clock }: Pick<Runtime, 'ids' | 'clock'>,
  tenantId: string,
  mail: OperatorMail,
  to: readonly Addressee[],
  topic?: MailTopic,
): Promise<void> {
  if (to.length === 0) return;
  await sql.query(queueStatement, [
    tenantId,
    JSON.stringify(mail),
    sqlTime(clock.now()),
    to.map(() => ids.uuid()),
    to.map(({ email }) => email),
    to.map(({ operatorId }) => operatorId ?? null),
    topic ?? null,
  ]);
}

/** Queues a mail to addresses that the tenant has set, and to the operators who chose its topic: one for each mailbox. */
export async function queueMailOf(
  sql: Sql,
  runtime: Pick<Runtime, 'ids' | 'clock'>,
  tenantId: string,
  topic: MailTopic,
  mail: OperatorMail,
  addresses: readonly string[],
): Promise<void> {
  const mailbox = (email: string) => normalEmail(email).toLowerCase();
  const named = new Set(addresses.map(mailbox));
  const readers = await listMailReaders(sql, portalTenantId, tenantId, topic);
  const others = readers.filter(({ email }) => !named.has(mailbox(email)));
  await queueOperatorMails(sql, runtime, tenantId, mail, [...addresses.map((email) => ({ email })), ...others], topic);
}
