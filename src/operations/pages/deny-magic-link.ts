import { denyMagicLink as route } from '../../contract/pages/magic-link.ts';
import { haveSameContact } from '../../core/authenticators/contact.ts';
import type { Tenant } from '../../storage/published.ts';
import { loadOpenLink, spendLink } from '../../storage/queries/action-challenges.ts';
import type { LinkChallengeRow } from '../../storage/queries/action-challenges.ts';
import { lockActionState, recordDenial } from '../../storage/queries/actions.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import { loadTokenAction } from '../../storage/queries/token-actions.ts';
import { lockUser } from '../../storage/queries/users.ts';
import { isPageNonce, readMagicLinkToken } from '../magic-link-token.ts';
import type { MagicLinkToken } from '../magic-link-token.ts';
import { publicOperation } from '../operation.ts';
import type { Context, Request } from '../operation.ts';
import { queueNotice } from '../queue-notice.ts';
import { recordAudit } from '../record-audit.ts';
import { linkCaller } from './link-caller.ts';
import { linkLook, overPage } from './link-page.ts';

const method = 'EMAIL_MAGIC_LINK';

/** "No, it wasn't me": a person's press on the page of the link, as confirming is, and all that follows from it or nothing. */
export const denyMagicLink = publicOperation(route, async (anybodys, request) => {
  const { body, acceptLanguage } = request;
  const link = readMagicLinkToken(anybodys, body.token);
  const context = link === undefined ? anybodys : anybodys.forTenant(link.tenant.tenantId);
  const denied =
    link !== undefined && isPageNonce(link, body.pageNonce) ? await deny(context, link, request) : undefined;
  const own = await linkLook(context, link?.tenant, [denied?.locale, acceptLanguage]);
  return denied === undefined ? overPage(own) : { ...own.look, screen: { name: 'denied' as const } };
});

/**
 * Undefined if the link is no longer good: used, superseded, too old, or its user, its action or its address gone. Then
 * nothing is changed.
 */
async function deny(
  context: Context,
  { tenant, digest }: MagicLinkToken,
  request: Request<typeof route>,
): Promise<{ readonly locale: string | null } | undefined> {
  const nowMs = context.runtime.clock.now();
  const challenge = await loadOpenLink(context.db, tenant.tenantId, digest, nowMs);
  if (challenge === undefined) return undefined;
  const key = actionKey(tenant, challenge);
  const { actionId } = challenge.state;
  return context.db.transaction(async (sql) => {
    // The user before the action, and the action before its challenge, as wherever they are held.
    if ((await lockUser(sql, key.tenantId, key.userId)) === undefined) return undefined;
    const before = await lockActionState(sql, key, actionId);
    const action = await loadTokenAction(sql, key);
    // Whoever reads the mail of an address that the user has given up has no say.
    const asked = action?.authenticators.find((row) => isOfChallenge(row, challenge));
    if (before === undefined || asked === undefined) return undefined;
    if ((await spendLink(sql, key.tenantId, digest, nowMs)) === undefined) return undefined;
    const isUsers = asked.verified_at !== null;
    const after = await recordDenial(sql, { key, actionId, isUsers, nowMs });
    await recordAudit(sql, context, route, { ...request, caller: linkCaller(tenant, challenge) }, key.userId, {
      verificationMethod: method,
      actionCode: key.actionCode,
      idempotencyKey: key.idempotencyKey,
      challengeId: challenge.challenge_id,
      before,
      after,
    });
    if (isUsers) {
      await queueNotice(sql, context, tenant, key.userId, { type: 'action-denied', verificationMethod: method });
    }
    return { locale: action?.locale ?? null };
  });
}

function isOfChallenge(row: AuthenticatorRow, challenge: LinkChallengeRow): boolean {
  return row.authenticator_id === challenge.authenticator_id && haveSameContact(row, challenge);
}

function actionKey({ tenantId }: Tenant, challenge: LinkChallengeRow) {
  return {
    tenantId,
    userId: challenge.user_id,
    actionCode: challenge.action_code,
    idempotencyKey: challenge.idempotency_key,
  };
}
