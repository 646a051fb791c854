import { verifyRecoveryCode as route } from '../../contract/client/recovery-codes.ts';
import { assuranceOf } from '../../core/authenticators/assurance.ts';
import { digestsEqual, SlowHashBusy } from '../../runtime/crypto.ts';
import { giveBackAttempt } from '../../storage/queries/guess-budgets.ts';
import { loadUnusedRecoveryCodes } from '../../storage/queries/recovery-codes.ts';
import type { RecoveryCodeRow } from '../../storage/queries/recovery-codes.ts';
import { recoveryCodes } from '../new-recovery-codes.ts';
import { tokenOperation } from '../operation.ts';
import { acceptProof } from './accept-proof.ts';
import { guessSubject, refuseGuess, spendGuess } from './guess.ts';
import { openAction } from './open-action.ts';
import type { OpenAction } from './open-action.ts';
import { permitProof, requireRecoveryCodes } from './permit.ts';

const method = 'RECOVERY_CODE';

/** Spend, compare, consume (ruling 16). A code that was used is never answered again, not even to the very same request. */
export const verifyRecoveryCode = tokenOperation(route, async (context, request) => {
  const action = await openAction(context, request.caller);
  requireRecoveryCodes(action);
  permitProof(action, method);
  const { tenantId, userId } = action.key;
  const subject = guessSubject(action, method);
  const noneLeft = await spendGuess(context, request, action, subject, undefined);
  if (noneLeft !== undefined) return noneLeft;

  const refuse = () => refuseGuess(context, request, action, method, 'CODE_INVALID_OR_EXPIRED');
  // They stand in for what the user has enrolled: without anything enrolled they stand for nothing (A15).
  const unused = action.verified.length === 0 ? [] : await loadUnusedRecoveryCodes(context.db, tenantId, userId);
  const matching = await matchingCode(action, unused, request.body.verificationCode).catch(async (error: unknown) => {
    // Nothing was compared, so nothing was guessed.
    if (error instanceof SlowHashBusy) await giveBackAttempt(context.db, subject);
    throw error;
  });
  if (matching === undefined) return refuse();
  const codesLeft = unused.length - 1;
  const reply = await acceptProof(context, request, route, action, {
    method,
    assurance: assuranceOf(method, false),
    authenticator: undefined,
    consume: { kind: 'recoveryCode', number: matching.code_number, hash: matching.code_hash },
    notice: { type: 'recovery-code-used', codesLeft },
  });
  return reply === undefined ? refuse() : { ...reply, recoveryCodesLeft: codesLeft };
});

/** The code that was given, out of a set; one slow hash, whatever the set has. */
async function matchingCode(
  { tenant }: OpenAction,
  unused: readonly RecoveryCodeRow[],
  given: string,
): Promise<RecoveryCodeRow | undefined> {
  const [first] = unused;
  if (first === undefined) return undefined;
  const hash = await recoveryCodes().hashOf(given, first.salt, tenant.pepper);
  return unused.find(({ code_hash }) => digestsEqual(code_hash, hash));
}
