import type { Context } from '../calls/context.ts';
import type { OperatorMail } from '../core/notices/operator-mail.ts';
import { listMailReaders } from '../storage/queries/memberships.ts';
import { queueOperatorMails } from '../storage/queries/operator-mails.ts';
import { portalTenantId } from '../storage/queries/tenants.ts';
import type { Sql } from '../storage/sql.ts';

/**
 * Queues a mail about rules that wait for a second person, in the transaction of what it tells of, to those who chose to be told
 * and whom it is for.
 */
export async function tellOfRules(
  sql: Sql,
  { runtime }: Pick<Context, 'runtime'>,
  tenantId: string,
  mail: OperatorMail,
  isFor: (operatorId: string) => boolean,
): Promise<void> {
  const readers = await listMailReaders(sql, portalTenantId, tenantId, 'rules');
  const chosen = readers.filter(({ operatorId }) => isFor(operatorId));
  await queueOperatorMails(sql, runtime, tenantId, mail, chosen, 'rules');
}
