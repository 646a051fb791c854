import { verifyRecoveryCode as route } from '../contract.ts';
import { assuranceOf } from '../../assurance-of.ts';
import { acceptProof } from '../../../proving/accept-proof.ts';
import { notACode, answerWrongGuess, spendGuess } from '../../../proving/guess.ts';
import { recoveryCodeGuesses } from '../../../counting/guess-subject.ts';
import { openAction } from '../../../proving/open-action.ts';
import type { OpenAction } from '../../../proving/open-action.ts';
import { permitProof, requireRecoveryCodes } from '../../../proving/permit.ts';
import { digestsEqual } from '../../../runtime/crypto.ts';
import type { Context } from '../../../calls/context.ts';
import { TurnsBusy } from '../../../runtime/turns.ts';
import { giveBackAttempt } from '../../../storage/queries/guess-budgets.ts';
import { loadUnusedRecoveryCodes } from '../../../storage/queries/recovery-codes.ts';
import type { RecoveryCodeRow } from '../../../storage/queries/recovery-codes.ts';
import { recoveryCodes } from '../../../proving/new-recovery-codes.ts';
import { operation } from '../../../operations/operation.ts';
import { proofReply } from '../../../proving/proof-reply.ts';

const method = 'RECOVERY_CODE';

/**
 * Spend, compare, consume (ruling 16). A code that was used is never accepted again, not even for the very same
 * request.
 */
export const verifyRecoveryCode = operation(route, async (context, request) => {
  const action = await openAction(context, request.caller);
  requireRecoveryCodes(action);
  permitProof(action, method);
  const code = recoveryCodes().read(request.body.verificationCode);
  if (code === undefined) return notACode;
  const { tenantId, userId } = action.key;
  const guess = { verificationMethod: method };
  const subject = recoveryCodeGuesses(action.tenant, userId, method);
  if (!(await spendGuess(context, action.tenant, subject))) {
    return answerWrongGuess(context, request, userId, guess, 'MAX_ATTEMPTS_EXCEEDED');
  }

  const wrong = () => answerWrongGuess(context, request, userId, guess, 'CODE_INVALID_OR_EXPIRED');
  // Recovery codes substitute for what the user has enrolled: without any enrolment they are not valid (A15).
  const unused = action.verified.length === 0 ? [] : await loadUnusedRecoveryCodes(context.db, tenantId, userId);
  const matching = await matchingCode(context, action, unused, code).catch(async (error: unknown) => {
    // Nothing was compared, so no guess was made.
    if (error instanceof TurnsBusy) await giveBackAttempt(context.db, subject);
    throw error;
  });
  if (matching === undefined) return wrong();
  const codesLeft = unused.length - 1;
  const proof = {
    method,
    assurance: assuranceOf(method),
    by: 'authenticator' as const,
    authenticator: undefined,
    subject,
    consume: { kind: 'recoveryCode', number: matching.codeNumber, hash: matching.codeHash } as const,
    notice: { type: 'recovery-code-used', codesLeft } as const,
  };
  const accepted = await acceptProof(context, request, route, action, proof);
  if (accepted === undefined) return wrong();
  return { ...proofReply(context, accepted), recoveryCodesLeft: codesLeft };
});

/** The code of the set that was entered; one slow hash, whatever the size of the set. */
async function matchingCode(
  { runtime }: Context,
  { tenant }: OpenAction,
  unused: readonly RecoveryCodeRow[],
  code: string,
): Promise<RecoveryCodeRow | undefined> {
  const [first] = unused;
  if (first === undefined) return undefined;
  const hash = await recoveryCodes().hashOf(runtime, code, first.salt, tenant.pepper);
  return unused.find(({ codeHash }) => digestsEqual(codeHash, hash));
}
