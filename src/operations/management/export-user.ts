import { exportUser as route } from '../../contract/management/export-user.ts';
import { Refusal } from '../../contract/errors.ts';
import { guessSubjects } from '../../counting/guess-subject.ts';
import { loadVerifiedAuthenticators } from '../../storage/queries/authenticators.ts';
import { exportRows } from '../../storage/queries/exports.ts';
import type { Exported } from '../../storage/queries/exports.ts';
import { loadUser } from '../../storage/queries/users.ts';
import type { Sql } from '../../storage/sql.ts';
import { operation } from '../operation.ts';
import { exportedRowView } from '../../views/exported-row-view.ts';

export const exportUser = operation(route, async ({ db }, { caller: { tenant }, params }) => {
  const { tenantId } = tenant;
  const { userId } = params;
  const user = await loadUser(db, tenantId, userId);
  if (user === undefined) throw new Refusal('not_found', 'There is no such user.');
  const { subjects } = guessSubjects(tenant, userId, await loadVerifiedAuthenticators(db, tenantId, userId));
  return exportedRows(db, { tenantId, userId, createdAtMs: user.createdAt, guessSubjects: subjects });
});

async function* exportedRows(sql: Sql, exported: Exported) {
  for await (const { table, row } of exportRows(sql, exported)) yield { table, row: exportedRowView(row) };
}
