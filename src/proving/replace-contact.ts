import { contactColumns, haveSameContact } from '../core/authenticators/contact.ts';
import type { Contact } from '../core/authenticators/contact.ts';
import { methods } from '../methods/registry.ts';
import type { Context } from '../operations/operation.ts';
import { queueNotice } from '../operations/queue-notice.ts';
import { loadAuthenticators, moveAuthenticatorContacts } from '../storage/queries/authenticators.ts';
import { revokeUserSessionRows } from '../storage/queries/sessions.ts';
import type { Sql } from '../storage/sql.ts';

/** Points the user's authenticators that are reached by a contact of this kind at a new one, which is theirs. */
export async function moveAuthenticators(sql: Sql, tenantId: string, userId: string, contact: Contact): Promise<void> {
  await moveAuthenticatorContacts(sql, tenantId, userId, { methods: reachedBy(contact), contact });
}

/**
 * As {@link moveAuthenticators}, with what follows where it replaces a factor that the user has: they are told, and their
 * sessions end. In a transaction that holds the user, and before their own contact becomes the new one.
 */
export async function replaceContact(
  sql: Sql,
  context: Context,
  tenantId: string,
  userId: string,
  contact: Contact,
): Promise<void> {
  const reached = reachedBy(contact);
  const columns = contactColumns(contact);
  const [replaced] = (await loadAuthenticators(sql, tenantId, userId)).filter(
    (row) => row.verified_at !== null && reached.includes(row.verification_method) && !haveSameContact(row, columns),
  );
  if (replaced !== undefined) {
    const { verification_method: verificationMethod } = replaced;
    await queueNotice(sql, context, { tenantId }, userId, { type: 'authenticator-added', verificationMethod });
    await revokeUserSessionRows(sql, tenantId, userId, context.runtime.clock.now());
  }
  await moveAuthenticators(sql, tenantId, userId, contact);
}

function reachedBy({ kind }: Contact): readonly string[] {
  return [...methods.values()]
    .filter((method) => method.contact === kind)
    .map(({ verificationMethod }) => verificationMethod);
}
