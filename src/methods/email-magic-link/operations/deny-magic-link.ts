import { isVerified } from '../../../core/is-verified.ts';
import { denyMagicLink as route } from '../page-contract.ts';
import { haveSameContact } from '../../../core/authenticators/contact.ts';
import type { Tenant } from '../../../storage/published.ts';
import { loadOpenLink, spendLink } from '../../../storage/queries/challenges/of-actions.ts';
import type { LinkChallengeRow } from '../../../storage/queries/challenges/of-actions.ts';
import { lockActionState, recordDenial } from '../../../storage/queries/actions/actions.ts';
import type { AuthenticatorRow } from '../../../storage/queries/authenticators.ts';
import { recordEvent } from '../../../storage/queries/events.ts';
import { loadTokenAction } from '../../../storage/queries/actions/of-token.ts';
import { lockUser } from '../../../storage/queries/users.ts';
import { isPageNonce, readMagicLinkToken } from '../../../telling/magic-link-token.ts';
import type { MagicLinkToken } from '../../../telling/magic-link-token.ts';
import { operation } from '../../../operations/operation.ts';
import type { Context } from '../../../calls/context.ts';
import type { Request } from '../../../calls/request.ts';
import { queueNotice } from '../../../telling/queue-notice.ts';
import { recordAudit } from '../../../calls/record-audit.ts';
import { linkCaller } from '../../../showing/link-caller.ts';
import { linkLook, overPage } from '../../../showing/link-page.ts';

const method = 'EMAIL_MAGIC_LINK';

/** "No, it wasn't me": like confirming, it takes a press on the link's page. All of its effects happen, or none. */
export const denyMagicLink = operation(route, async (anybodys, request) => {
  const { body, acceptLanguage } = request;
  const link = readMagicLinkToken(anybodys, body.token);
  const context = link === undefined ? anybodys : anybodys.forTenant(link.tenant.tenantId);
  const denied =
    link !== undefined && isPageNonce(link, body.pageNonce) ? await deny(context, link, request) : undefined;
  const own = await linkLook(context, link?.tenant, [denied?.locale, acceptLanguage]);
  return denied === undefined ? overPage(own) : { ...own.look, screen: { name: 'denied' as const } };
});

/**
 * Undefined if the link is no longer valid: used, superseded, expired, or its user, its action or its address is gone.
 * Then nothing changes.
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
    // Locks the user before the action, and the action before its challenge: the same order as everywhere else.
    if ((await lockUser(sql, key.tenantId, key.userId)) === undefined) return undefined;
    const before = await lockActionState(sql, key, actionId);
    const action = await loadTokenAction(sql, key);
    // The address is no longer the user's, so whoever reads its mail now must not decide anything.
    const asked = action?.authenticators.find((row) => isOfChallenge(row, challenge));
    if (before === undefined || asked === undefined) return undefined;
    if ((await spendLink(sql, key.tenantId, digest, nowMs)) === undefined) return undefined;
    const isUsers = isVerified(asked);
    const after = await recordDenial(sql, { key, actionId, isUsers, nowMs, moveId: context.runtime.ids.uuid() });
    await recordAudit(sql, context, route, { ...request, caller: linkCaller(tenant, challenge) }, key.userId, {
      verificationMethod: method,
      actionCode: key.actionCode,
      idempotencyKey: key.idempotencyKey,
      challengeId: challenge.challengeId,
      before,
      after,
    });
    if (isUsers) {
      const { tenantId, userId, actionCode, idempotencyKey } = key;
      const data = { userId, actionCode, idempotencyKey, verificationMethod: method, state: after };
      await recordEvent(sql, context.runtime, { tenantId, type: 'action.denied', userId, data });
      await queueNotice(sql, context, tenant, key.userId, { type: 'action-denied', verificationMethod: method });
    }
    return { locale: action?.locale ?? null };
  });
}

function isOfChallenge(row: AuthenticatorRow, challenge: LinkChallengeRow): boolean {
  return row.authenticatorId === challenge.authenticatorId && haveSameContact(row, challenge);
}

function actionKey({ tenantId }: Tenant, challenge: LinkChallengeRow) {
  return {
    tenantId,
    userId: challenge.userId,
    actionCode: challenge.actionCode,
    idempotencyKey: challenge.idempotencyKey,
  };
}
