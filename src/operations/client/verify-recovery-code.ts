import { verifyRecoveryCode as route } from '../../contract/client/recovery-codes.ts';
import { assuranceOf } from '../../core/authenticators/assurance.ts';
import { acceptProof } from '../../proving/accept-proof.ts';
import { notACode, refuseGuess, spendGuess } from '../../proving/guess.ts';
import { recoveryCodeGuesses } from '../../proving/guess-subject.ts';
import { openAction } from '../../proving/open-action.ts';
import type { OpenAction } from '../../proving/open-action.ts';
import { permitProof, requireRecoveryCodes } from '../../proving/permit.ts';
import { digestsEqual } from '../../runtime/crypto.ts';
import { TurnsBusy } from '../../runtime/turns.ts';
import { giveBackAttempt } from '../../storage/queries/guess-budgets.ts';
import { loadUnusedRecoveryCodes } from '../../storage/queries/recovery-codes.ts';
import type { RecoveryCodeRow } from '../../storage/queries/recovery-codes.ts';
import { recoveryCodes } from '../new-recovery-codes.ts';
import { tokenOperation } from '../operation.ts';
import { proofReply } from './proof-reply.ts';

const method = 'RECOVERY_CODE';

/** Spend, compare, consume (ruling 16). A code that was used is never answered again, not even to the very same request. */
export const verifyRecoveryCode = tokenOperation(route, async (context, request) => {
  const action = await openAction(context, request.caller);
  requireRecoveryCodes(action);
  permitProof(action, method);
  const code = recoveryCodes().read(request.body.verificationCode);
  if (code === undefined) return notACode;
  const { tenantId, userId } = action.key;
  const guess = { verificationMethod: method };
  const subject = recoveryCodeGuesses(action.tenant, userId, method);
  if (!(await spendGuess(context, action.tenant, subject))) {
    return refuseGuess(context, request, userId, guess, 'MAX_ATTEMPTS_EXCEEDED');
  }

  const refuse = () => refuseGuess(context, request, userId, guess, 'CODE_INVALID_OR_EXPIRED');
  // They stand in for what the user has enrolled: without anything enrolled they stand for nothing (A15).
  const unused = action.verified.length === 0 ? [] : await loadUnusedRecoveryCodes(context.db, tenantId, userId);
  const matching = await matchingCode(action, unused, code).catch(async (error: unknown) => {
    // Nothing was compared, so nothing was guessed.
    if (error instanceof TurnsBusy) await giveBackAttempt(context.db, subject);
    throw error;
  });
  if (matching === undefined) return refuse();
  const codesLeft = unused.length - 1;
  const proof = {
    method,
    assurance: assuranceOf(method, false),
    isRegistration: false,
    authenticator: undefined,
    subject,
    consume: { kind: 'recoveryCode', number: matching.code_number, hash: matching.code_hash } as const,
    notice: { type: 'recovery-code-used', codesLeft } as const,
  };
  const accepted = await acceptProof(context, request, route, action, proof);
  if (accepted === undefined) return refuse();
  return { ...proofReply(context, accepted), recoveryCodesLeft: codesLeft };
});

/** The code that was given, out of a set; one slow hash, whatever the set has. */
async function matchingCode(
  { tenant }: OpenAction,
  unused: readonly RecoveryCodeRow[],
  code: string,
): Promise<RecoveryCodeRow | undefined> {
  const [first] = unused;
  if (first === undefined) return undefined;
  const hash = await recoveryCodes().hashOf(code, first.salt, tenant.pepper);
  return unused.find(({ code_hash }) => digestsEqual(code_hash, hash));
}
