import { isVerified } from '../core/is-verified.ts';
import { contactColumns, haveSameContact } from '../core/authenticators/contact.ts';
import type { Contact } from '../core/authenticators/contact.ts';
import { manifests } from '../methods/manifests.ts';
import type { Context } from '../calls/context.ts';
import { queueNotice } from '../telling/queue-notice.ts';
import { tellAuthenticatorChanges } from '../telling/tell-authenticator-changes.ts';
import { loadAuthenticators, moveAuthenticatorContacts } from '../storage/queries/authenticators.ts';
import { forgetDevices } from '../storage/queries/devices.ts';
import { revokeUserSessionRows } from '../storage/queries/sessions.ts';
import type { Sql } from '../storage/sql.ts';

/** Moves the user's authenticators for this kind of contact to a new one, which is the user's. */
export async function moveAuthenticators(
  sql: Sql,
  { runtime }: Pick<Context, 'runtime'>,
  tenantId: string,
  userId: string,
  contact: Contact,
): Promise<void> {
  const nowMs = runtime.clock.now();
  await moveAuthenticatorContacts(sql, tenantId, userId, { methods: reachedBy(contact), contact, nowMs });
}

/**
 * Like {@link moveAuthenticators}. If this replaces the contact of a verified authenticator, the user is also notified,
 * their sessions end, and their devices are forgotten. Call it in a transaction that has locked the user, before their own contact becomes the new
 * one.
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
  const before = await loadAuthenticators(sql, tenantId, userId);
  const [replaced] = before.filter(
    (row) => isVerified(row) && reached.includes(row.verificationMethod) && !haveSameContact(row, columns),
  );
  if (replaced !== undefined) {
    const { verificationMethod } = replaced;
    await queueNotice(sql, context, { tenantId }, userId, { type: 'authenticator-added', verificationMethod });
    await revokeUserSessionRows(sql, tenantId, userId, context.runtime.clock.now());
    await forgetDevices(sql, tenantId, userId);
  }
  await moveAuthenticators(sql, context, tenantId, userId, contact);
  await tellAuthenticatorChanges(sql, context, tenantId, userId, before);
}

function reachedBy({ kind }: Contact): readonly string[] {
  return manifests.filter(({ channel }) => channel === kind).map(({ verificationMethod }) => verificationMethod);
}
