import type { Context } from '../calls/context.ts';
import type { OperatorMail } from '../core/notices/operator-mail.ts';
import { listMembers } from '../storage/queries/memberships.ts';
import { queueOperatorMails } from '../storage/queries/operator-mails.ts';
import { portalTenantId } from '../storage/queries/tenants.ts';
import type { Sql } from '../storage/sql.ts';

/** Queues a mail to the admins of tenants, in the transaction of what it tells of: to all but the one whom it is about. */
export async function tellAdmins(
  sql: Sql,
  context: Pick<Context, 'runtime'>,
  tenantIds: readonly string[],
  aboutId: string,
  mail: OperatorMail,
): Promise<void> {
  for (const tenantId of tenantIds) {
    const members = await listMembers(sql, portalTenantId, tenantId);
    const admins = members.filter(
      ({ operatorId, roles, activatedAt }) => operatorId !== aboutId && activatedAt !== null && roles.includes('ADMIN'),
    );
    await queueOperatorMails(
      sql,
      context.runtime,
      tenantId,
      mail,
      admins.map(({ email }) => ({ email })),
    );
  }
}
