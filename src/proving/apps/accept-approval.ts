import { Refusal } from '../../contract/errors.ts';
import type { Route } from '../../contract/route.ts';
import { assuranceOf } from '../../methods/assurance-of.ts';
import type { AppChallengeRow } from '../../storage/queries/challenges/of-apps.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import type { ActionKey } from '../../storage/queries/actions/named.ts';
import type { Context } from '../../calls/context.ts';
import type { ClientRequest } from '../../calls/request.ts';
import { establishAction } from '../../deciding/establish-action.ts';
import type { EstablishedAction } from '../../deciding/establish-action.ts';
import { acceptProof } from '../accept-proof.ts';
import type { AcceptedProof } from '../accept-proof.ts';
import { openActionOf } from '../open-action.ts';
import type { OpenAction } from '../open-action.ts';
import { permitProof, requireUsable } from '../permit.ts';
import { recordAppRefusal } from './app-keys.ts';

/**
 * Accepts the approval of a challenge that a key has claimed, for an action. The approval counts once, and only while the
 * key is registered.
 * @throws {Refusal} `invalid_credential` if it is over, or as {@link permitProof} and {@link acceptProof}
 */
export async function acceptApproval<R extends Route>(
  context: Context,
  request: ClientRequest<R>,
  route: R,
  method: string,
  { challengeId }: Pick<AppChallengeRow, 'challengeId'>,
  { authenticatorId, userId }: AuthenticatorRow,
  { action, isDemandKnown }: { readonly action: OpenAction; readonly isDemandKnown: boolean },
): Promise<AcceptedProof> {
  const authenticator = action.verified.find((row) => row.authenticatorId === authenticatorId);
  if (authenticator === undefined) throw await recordAppRefusal(context, request, userId, method, 'user');
  // The method may have been switched off since the challenge was opened (A40).
  if (isDemandKnown) permitProof(action, method, authenticator);
  else requireUsable(action, method);
  const accepted = await acceptProof(context, request, route, action, {
    method,
    assurance: assuranceOf(method),
    by: 'authenticator',
    consume: { kind: 'approval', challengeId },
    authenticator,
    subject: undefined,
    code: challengeId,
  });
  if (accepted === undefined) throw await recordAppRefusal(context, request, userId, method, 'challenge');
  return accepted;
}

interface Asker {
  readonly ipAddress?: string | undefined;
  readonly userAgent?: string | undefined;
}

/**
 * The action of somebody who was known only by their key. Its rules decide first, from where it was asked for (ruling 9);
 * one that a backend has tracked meanwhile stays as it is. If a rule waits for the track, the demand is not known yet.
 */
export async function actionOfNobody(
  context: Context,
  request: ClientRequest<Route>,
  key: ActionKey,
  from: Asker,
  method: string,
): Promise<{ readonly action: OpenAction; readonly isDemandKnown: boolean }> {
  const { record } = await establishForNobody(context, request, key, from, method);
  const isDemandKnown = record.inputs.awaited === undefined || record.unknown.length === 0;
  return { action: await openActionOf(context, request.caller.tenant, key), isDemandKnown };
}

/** The same in any state: to deny it. */
export async function establishForNobody(
  context: Context,
  request: ClientRequest<Route>,
  key: ActionKey,
  { ipAddress, userAgent }: Asker,
  method: string,
): Promise<EstablishedAction> {
  try {
    return await establishAction(context, request.caller.tenant, key, 'challenge', { ipAddress, userAgent });
  } catch (error) {
    // The idempotency key stands for something else, which the user was not shown (ruling 11).
    if (!(error instanceof Refusal) || error.code !== 'conflict') throw error;
    throw await recordAppRefusal(context, request, key.userId, method, 'challenge');
  }
}
