import type { Contact } from '../core/authenticators/contact.ts';
import { methods } from '../methods/registry.ts';
import { moveAuthenticatorContacts } from '../storage/queries/authenticators.ts';
import type { Sql } from '../storage/sql.ts';

/** Points the user's authenticators that are reached by a contact of this kind at a new one, which is theirs. */
export async function moveAuthenticators(sql: Sql, tenantId: string, userId: string, contact: Contact): Promise<void> {
  const reached = [...methods.values()].filter((method) => method.contact === contact.kind);
  await moveAuthenticatorContacts(sql, tenantId, userId, {
    methods: reached.map(({ verificationMethod }) => verificationMethod),
    contact,
  });
}
