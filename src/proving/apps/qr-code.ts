/** What the stories of QR codes have in common: the action behind a code, what it proved, and how long it lives. */
import type { Route } from '../../contract/route.ts';
import { closedStates } from '../../core/actions/closed-states.ts';
import type { Tenant } from '../../storage/published.ts';
import type { AppChallengeRow } from '../../storage/queries/challenges/of-apps.ts';
import { loadTokenAction } from '../../storage/queries/actions/of-token.ts';
import type { ActionKey } from '../../storage/queries/actions/named.ts';
import type { TokenCaller } from '../../calls/caller.ts';
import type { Context } from '../../calls/context.ts';
import type { ClientRequest } from '../../calls/request.ts';
import { challengedAction } from '../open-action.ts';
import { earnedNow } from '../permit.ts';
import { proofToken } from '../proof-token.ts';
import { earnedBefore } from '../repeat-proof.ts';
import { nothingEarned } from '../token-powers.ts';

export const qrCode = 'QR_CODE';

/** Official SDKs renew their codes after nine minutes. */
export const qrCodeMs = 10 * 60_000;
/** How long a code that was renewed can still be claimed: a phone may be about to. */
export const graceMs = 60_000;

/** The action that a challenge was opened for, once its user is known. */
export function actionKeyOf({ tenantId }: Tenant, challenge: AppChallengeRow, userId: string): ActionKey {
  return { tenantId, userId, actionCode: challenge.actionCode, idempotencyKey: challenge.idempotencyKey };
}

/** The caller who opened a challenge with a token, with what the token permitted; undefined if there was no token. */
export function openerOf(tenant: Tenant, challenge: AppChallengeRow, userId: string): TokenCaller | undefined {
  const { actionId, powers } = challenge.details;
  if (actionId === undefined || powers === undefined) return undefined;
  const token = {
    ...actionKeyOf(tenant, challenge, userId),
    actionId,
    ...powers,
    issuedAt: Math.floor(challenge.createdAt / 1000),
    expiresAt: Math.floor(challenge.expiresAt / 1000),
  };
  return { kind: 'client', tenant, token };
}

/** The request as that of who opened the challenge, for the audit log. */
export function onBehalfOfOpener<R extends Route>(
  request: ClientRequest<R>,
  challenge: AppChallengeRow,
  userId: string,
): ClientRequest<R> {
  return { ...request, caller: openerOf(request.caller.tenant, challenge, userId) ?? request.caller };
}

/**
 * The token that an approved challenge earned. However often it is asked for, it expires when the first one does.
 * Undefined if that is over, or if the action is gone or accepts nothing any more.
 */
export async function approvedToken(
  context: Context,
  tenant: Tenant,
  challenge: AppChallengeRow,
): Promise<string | undefined> {
  const { userId, verifiedAt, details } = challenge;
  if (userId === null || verifiedAt === null) return undefined;
  const key = actionKeyOf(tenant, challenge, userId);
  const row = await loadTokenAction(context.db, key);
  const isSame = row !== undefined && (details.actionId === undefined || details.actionId === row.actionId);
  if (!isSame || closedStates.includes(row.state)) return undefined;
  const leftMs = verifiedAt + tenant.settings.tokenDurationInMinutes * 60_000 - context.runtime.clock.now();
  if (leftMs < 1_000) return undefined;
  const powers = details.powers ?? { scope: 'read:authenticators' };
  const action = {
    ...challengedAction(context, tenant, key, powers.scope, row),
    token: { actionId: row.actionId, ...powers },
  };
  const earned = earnedBefore(action, { method: qrCode, code: challenge.challengeId });
  return proofToken(
    context,
    action,
    earned ?? earnedNow(action, nothingEarned(action.token)),
    Math.floor(leftMs / 1_000),
  );
}
