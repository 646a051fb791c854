import { exportUser as route } from '../../contract/management/export-user.ts';
import { Refusal } from '../../contract/errors.ts';
import { contactSubject } from '../../counting/contact-subject.ts';
import { contactOf, emailContact, phoneContact } from '../../core/authenticators/contact.ts';
import type { Contact, ContactColumns } from '../../core/authenticators/contact.ts';
import { guessSubjects } from '../../counting/guess-subject.ts';
import { loadVerifiedAuthenticators } from '../../storage/queries/authenticators.ts';
import { exportRows } from '../../storage/queries/exports.ts';
import type { Exported } from '../../storage/queries/exports.ts';
import { loadUser } from '../../storage/queries/users.ts';
import type { UserRow } from '../../storage/queries/users.ts';
import type { Sql } from '../../storage/sql.ts';
import { operation } from '../operation.ts';
import { exportedRowView } from '../../views/exported-row-view.ts';

export const exportUser = operation(route, async ({ db }, { caller: { tenant }, params }) => {
  const { tenantId } = tenant;
  const { userId } = params;
  const user = await loadUser(db, tenantId, userId);
  if (user === undefined) throw new Refusal('not_found', 'There is no such user.');
  const authenticators = await loadVerifiedAuthenticators(db, tenantId, userId);
  const { subjects } = guessSubjects(tenant, userId, authenticators);
  return exportedRows(db, {
    tenantId,
    userId,
    createdAtMs: user.createdAt,
    guessSubjects: subjects,
    contactSubjects: contactsOf([user, ...authenticators]).map((contact) => contactSubject(tenant, contact)),
  });
});

// A contact that nobody has verified may be somebody else's.
function contactsOf([user, ...verified]: readonly [UserRow, ...ContactColumns[]]): readonly Contact[] {
  const { emailVerified, phoneNumberVerified } = user;
  const own = [
    ...(emailVerified && user.email !== null ? [emailContact(user.email)] : []),
    ...(phoneNumberVerified && user.phoneNumber !== null ? [phoneContact(user.phoneNumber)] : []),
  ];
  return [...own, ...verified.flatMap((columns) => contactOf(columns) ?? [])];
}

async function* exportedRows(sql: Sql, exported: Exported) {
  for await (const { table, row } of exportRows(sql, exported)) yield { table, row: exportedRowView(row) };
}
