import { isSameEmail } from '../core/authenticators/contact.ts';
import { contactAgeMs } from '../core/helps/help-limits.ts';
import { digestsEqual } from '../runtime/crypto.ts';
import { loadVerifiedAuthenticators } from '../storage/queries/authenticators.ts';
import { listHelpContacts } from '../storage/queries/helps.ts';
import type { HelpRow } from '../storage/queries/helps.ts';
import type { Sql } from '../storage/sql.ts';

/**
 * What has happened to a locked user since help was asked for that stands against it, in words for operators; undefined if
 * nothing has.
 */
export async function whyNotHelp(
  sql: Sql,
  tenantId: string,
  { userId, email, askedAt }: HelpRow,
  nowMs: number,
): Promise<string | undefined> {
  const contacts = await listHelpContacts(sql, tenantId, userId, { verifiedByMs: askedAt - contactAgeMs, nowMs });
  if (!contacts.some((contact) => isSameEmail(contact.email, email))) {
    return 'The contact was removed or changed since help was asked for. Refuse it, and ask anew if it is still needed.';
  }
  const authenticators = await loadVerifiedAuthenticators(sql, tenantId, userId);
  if (authenticators.some(({ verifiedAt }) => verifiedAt !== null && verifiedAt >= askedAt)) {
    return 'The user has added an authenticator since help was asked for. Refuse it, and ask anew if it is still needed.';
  }
  return undefined;
}

/**
 * Whether the page that used the link asks again, because the answer was lost: as long as the first token lives. Once an
 * authenticator was added, {@link whyNotHelp} stands against it.
 */
export function isRepeat({ state, usedAt, pageDigest }: HelpRow, given: Buffer, sinceMs: number): boolean {
  return (
    state === 'used' && usedAt !== null && usedAt > sinceMs && pageDigest !== null && digestsEqual(pageDigest, given)
  );
}
