import { isVerified } from '../../../core/is-verified.ts';
import { verifyTotp as route } from '../contract.ts';
import { Refusal } from '../../../contract/errors.ts';
import { assuranceOf } from '../../assurance-of.ts';
import { readCode } from '../../../core/challenges/read-code.ts';
import { methods } from '../../registry.ts';
import { acceptProof } from '../../../proving/accept-proof.ts';
import { notACode, answerWrongGuess, spendGuess } from '../../../proving/guess.ts';
import { userGuesses } from '../../../counting/guess-subject.ts';
import { openAction } from '../../../proving/open-action.ts';
import type { OpenAction } from '../../../proving/open-action.ts';
import { pendingEnrolment } from '../../../proving/pending-enrolment.ts';
import { isPermitted, permitEnrolment, permitProof, requireUsable } from '../../../proving/permit.ts';
import { repeatProof } from '../../../proving/repeat-proof.ts';
import type { AuthenticatorRow } from '../../../storage/queries/authenticators.ts';
import { authenticatorSecretPlace } from '../../../calls/authenticator-secret-place.ts';
import { operation } from '../../../operations/operation.ts';
import type { Context } from '../../../calls/context.ts';
import { proofReply } from '../../../proving/proof-reply.ts';

const method = 'AUTHENTICATOR_APP';

/**
 * Spend, compare, consume (ruling 16). A code is compared with the app that is being enrolled first, then with the
 * enrolled ones.
 */
export const verifyTotp = operation(route, async (context, request) => {
  const action = await openAction(context, request.caller);
  const { pending, enrolled } = candidates(action);
  const code = readAppCode(request.body.verificationCode, [...pending, ...enrolled]);
  if (code === undefined) return notACode;
  const { userId } = action.key;
  const guess = { verificationMethod: method };
  const subject = userGuesses(action, method);
  if (!(await spendGuess(context, action.tenant, subject))) {
    return answerWrongGuess(context, request, userId, guess, 'MAX_ATTEMPTS_EXCEEDED');
  }

  const proof = { method, assurance: assuranceOf(method), code };
  let isReplay = false;
  for (const authenticator of [...pending, ...enrolled]) {
    const counter = matchingStep(context, action, authenticator, code);
    if (counter === undefined) continue;
    const isPending = !isVerified(authenticator);
    const good = {
      ...proof,
      by: isPending ? ('registration' as const) : ('authenticator' as const),
      authenticator,
      subject,
      consume: { kind: 'counter', counter } as const,
      ...(isPending ? { enrol: pendingEnrolment(authenticator) } : {}),
    };
    const accepted = await acceptProof(context, request, route, action, good);
    if (accepted !== undefined) return proofReply(context, accepted);
    isReplay = true;
  }
  const repeated = await repeatProof(context, action, proof, subject);
  if (repeated !== undefined) return repeated;
  const reason = isReplay ? 'CODE_REPLAYED' : 'CODE_INVALID_OR_EXPIRED';
  return answerWrongGuess(context, request, userId, guess, 'CODE_INVALID_OR_EXPIRED', reason);
});

/** @throws {Refusal} if there is no app to compare the code with, or the action does not accept it */
function candidates(action: OpenAction): {
  readonly pending: readonly AuthenticatorRow[];
  readonly enrolled: readonly AuthenticatorRow[];
} {
  requireUsable(action, method);
  const apps = action.row.authenticators.filter((row) => row.verificationMethod === method);
  const enrolled = apps.filter(isVerified);
  const pending = apps.filter((row) => !isVerified(row));
  if (apps.length === 0) {
    throw new Refusal('invalid_request', 'The user has no authenticator app. Enrol one first.');
  }
  if (enrolled.length === 0) {
    permitEnrolment(action, method);
    return { pending, enrolled };
  }
  // An unfinished enrolment by someone else must not admit a token that may not enrol.
  const mayEnrol = pending.length > 0 && isPermitted(() => permitEnrolment(action, method));
  if (!mayEnrol) permitProof(action, method);
  return {
    pending: mayEnrol ? pending : [],
    // The enrolled app, and one that waits to replace it.
    enrolled: enrolled.filter((row) => isPermitted(() => permitProof(action, method, row))),
  };
}

/** The code as it was meant; undefined if none of the apps has codes of this length. */
function readAppCode(given: string, apps: readonly AuthenticatorRow[]): string | undefined {
  const codes = methods.get(method)?.counterCodes;
  const read = apps.map(({ state }) => (codes ? readCode(given, codes.digitsOf(state)) : undefined));
  return read.find((code) => code !== undefined);
}

function matchingStep(
  { seal, runtime }: Context,
  { key }: OpenAction,
  { authenticatorId, state, secretSealed: sealed }: AuthenticatorRow,
  code: string,
): number | undefined {
  const codes = methods.get(method)?.counterCodes;
  if (codes === undefined || sealed === null) return undefined;
  const secret = seal.open(sealed, authenticatorSecretPlace(key.tenantId, authenticatorId));
  return codes.match({ state, secret }, code, runtime.clock.now());
}
