import type { Route } from '../../contract/route.ts';
import { isUuid } from '../../calls/is-uuid.ts';
import type { Context } from '../../calls/context.ts';
import type { ClientRequest } from '../../calls/request.ts';
import { claimAppChallenge, tellChallenge } from '../../storage/queries/challenges/of-apps.ts';
import type { AppChallengeRow } from '../../storage/queries/challenges/of-apps.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import { recordAppRefusal, requireAppSignature } from './app-keys.ts';
import { qrCode } from './qr-code.ts';

export interface SignedChallenge {
  readonly challengeId: string;
  readonly publicKey: string;
  readonly signature: string;
}

/** A challenge that a key has claimed, with the user whose key it is. */
export interface ClaimedQrCode {
  readonly challenge: AppChallengeRow;
  readonly authenticator: AuthenticatorRow;
}

/**
 * Claims the challenge of a scanned code for the key that has signed its id. Of any number of phones only the first gets
 * it, and for a challenge with a user only a phone of that user (A24).
 * @throws {Refusal} `invalid_credential`, for whatever reason
 */
export async function claimQrCode<R extends Route>(
  context: Context,
  request: ClientRequest<R> & { readonly body: SignedChallenge },
): Promise<ClaimedQrCode> {
  const { challengeId } = request.body;
  const { authenticator } = await requireAppSignature(context, request, qrCode, [challengeId]);
  const { userId, authenticatorId } = authenticator;
  const challenge = isUuid(challengeId)
    ? await claimAppChallenge(context.db, {
        tenantId: request.caller.tenant.tenantId,
        challengeId,
        verificationMethod: qrCode,
        authenticatorId,
        userId,
        // A code is always opened for an action.
        actionCode: '',
        takesUnnamed: false,
        onlyActionCode: undefined,
        nowMs: context.runtime.clock.now(),
      })
    : undefined;
  if (challenge === undefined) throw await recordAppRefusal(context, request, userId, qrCode, 'challenge');
  await tellChallenge(context.db, challenge.challengeId);
  return { challenge, authenticator };
}
