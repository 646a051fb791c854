import { Refusal } from '../../contract/errors.ts';
import { updateUser as route } from '../../contract/server/users.ts';
import { emailContact, phoneContact } from '../../core/authenticators/contact.ts';
import { updateUser as applyPatch } from '../../core/authenticators/update-user.ts';
import { isVerified } from '../../core/is-verified.ts';
import { replaceContact } from '../../proving/replace-contact.ts';
import { loadAuthenticators } from '../../storage/queries/authenticators.ts';
import { lockOrCreateUser, recordUser } from '../../storage/queries/users.ts';
import type { UserRow } from '../../storage/queries/users.ts';
import type { Sql } from '../../storage/sql.ts';
import { operation } from '../operation.ts';
import { recordAudit } from '../../calls/record-audit.ts';
import { requireUsableUserId } from '../../deciding/require-usable-user-id.ts';
import { userAttributes } from '../../views/user-views.ts';

export const updateUser = operation(route, async (context, request) => {
  const { caller, params, body } = request;
  const { tenantId } = caller.tenant;
  const nowMs = context.runtime.clock.now();
  return context.db.transaction(async (sql) => {
    await requireUsableUserId(sql, tenantId, params.userId);
    const before = await lockOrCreateUser(sql, tenantId, params.userId, { ownId: context.runtime.ids.uuid(), nowMs });
    const after: UserRow = {
      ...applyPatch(before, body),
      defaultAuthenticatorId: await defaultAuthenticator(sql, tenantId, before, body.defaultVerificationMethod),
    };
    // Before the user's row gets the contact, so that the earlier contact is notified.
    if (body.emailVerified === true && typeof body.email === 'string') {
      await replaceContact(sql, context, tenantId, params.userId, emailContact(body.email));
    }
    if (body.phoneNumberVerified === true && typeof body.phoneNumber === 'string') {
      await replaceContact(sql, context, tenantId, params.userId, phoneContact(body.phoneNumber));
    }
    await recordUser(sql, tenantId, after, nowMs);
    await recordAudit(sql, context, route, request, params.userId, { changed: Object.keys(body) });
    return userAttributes(after);
  });
});

async function defaultAuthenticator(
  sql: Sql,
  tenantId: string,
  user: UserRow,
  wanted: string | null | undefined,
): Promise<string | null> {
  if (wanted === undefined) return user.defaultAuthenticatorId;
  if (wanted === null) return null;
  const authenticators = await loadAuthenticators(sql, tenantId, user.userId);
  const enrolled = authenticators.filter((row) => isVerified(row) && row.verificationMethod === wanted);
  const chosen = enrolled.find((row) => row.authenticatorId === user.defaultAuthenticatorId) ?? enrolled[0];
  if (chosen === undefined) {
    throw new Refusal('invalid_request', `defaultVerificationMethod: the user has no ${wanted} authenticator.`);
  }
  return chosen.authenticatorId;
}
