import { verifyTotp as route } from '../../contract/client/totp.ts';
import { Refusal } from '../../contract/errors.ts';
import { assuranceOf } from '../../core/authenticators/assurance.ts';
import { readCode } from '../../core/challenges/read-code.ts';
import { methods } from '../../methods/registry.ts';
import { acceptProof } from '../../proving/accept-proof.ts';
import { notACode, refuseGuess, spendGuess } from '../../proving/guess.ts';
import { userGuesses } from '../../proving/guess-subject.ts';
import { openAction } from '../../proving/open-action.ts';
import type { OpenAction } from '../../proving/open-action.ts';
import { pendingEnrolment } from '../../proving/pending-enrolment.ts';
import { isPermitted, permitEnrolment, permitProof, requireUsable } from '../../proving/permit.ts';
import { repeatProof } from '../../proving/repeat-proof.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import { authenticatorSecretPlace } from '../authenticator-secret-place.ts';
import { tokenOperation } from '../operation.ts';
import type { Context } from '../operation.ts';
import { proofReply } from './proof-reply.ts';

const method = 'AUTHENTICATOR_APP';

/** Spend, compare, consume (ruling 16). A code is tried at the app that is being enrolled first, then at those that are. */
export const verifyTotp = tokenOperation(route, async (context, request) => {
  const action = await openAction(context, request.caller);
  const { pending, enrolled } = candidates(action);
  const code = readAppCode(request.body.verificationCode, [...pending, ...enrolled]);
  if (code === undefined) return notACode;
  const { userId } = action.key;
  const guess = { verificationMethod: method };
  const subject = userGuesses(action, method);
  if (!(await spendGuess(context, action.tenant, subject))) {
    return refuseGuess(context, request, userId, guess, 'MAX_ATTEMPTS_EXCEEDED');
  }

  const proof = { method, assurance: assuranceOf(method, false), code };
  let isReplay = false;
  for (const authenticator of [...pending, ...enrolled]) {
    const counter = matchingStep(context, action, authenticator, code);
    if (counter === undefined) continue;
    const isRegistration = authenticator.verified_at === null;
    const good = {
      ...proof,
      isRegistration,
      authenticator,
      subject,
      consume: { kind: 'counter', counter } as const,
      ...(isRegistration ? { enrol: pendingEnrolment(authenticator) } : {}),
    };
    const accepted = await acceptProof(context, request, route, action, good);
    if (accepted !== undefined) return proofReply(context, accepted);
    isReplay = true;
  }
  const repeated = await repeatProof(context, action, proof, subject);
  if (repeated !== undefined) return repeated;
  const reason = isReplay ? 'CODE_REPLAYED' : 'CODE_INVALID_OR_EXPIRED';
  return refuseGuess(context, request, userId, guess, 'CODE_INVALID_OR_EXPIRED', reason);
});

/** @throws {Refusal} if there is nothing to try the code at, or the action does not accept it */
function candidates(action: OpenAction): {
  readonly pending: readonly AuthenticatorRow[];
  readonly enrolled: readonly AuthenticatorRow[];
} {
  requireUsable(action, method);
  const apps = action.row.authenticators.filter((row) => row.verification_method === method);
  const enrolled = apps.filter(({ verified_at }) => verified_at !== null);
  const pending = apps.filter(({ verified_at }) => verified_at === null);
  if (apps.length === 0) {
    throw new Refusal('invalid_request', 'The user has no authenticator app. Enrol one first.');
  }
  if (enrolled.length === 0) {
    permitEnrolment(action, method);
    return { pending, enrolled };
  }
  // What somebody has left half enrolled is no way in for a token that may not add it.
  const mayEnrol = pending.length > 0 && isPermitted(() => permitEnrolment(action, method));
  if (!mayEnrol) permitProof(action, method);
  return {
    pending: mayEnrol ? pending : [],
    // The app that stands there, and one that waits to take its place.
    enrolled: enrolled.filter((row) => isPermitted(() => permitProof(action, method, row))),
  };
}

/** The code as it was meant; undefined if it has the digits of none of the apps. */
function readAppCode(given: string, apps: readonly AuthenticatorRow[]): string | undefined {
  const codes = methods.get(method)?.counterCodes;
  const read = apps.map(({ state }) => (codes ? readCode(given, codes.digitsOf(state)) : undefined));
  return read.find((code) => code !== undefined);
}

function matchingStep(
  { seal, runtime }: Context,
  { key }: OpenAction,
  { authenticator_id: authenticatorId, state, secret_sealed: sealed }: AuthenticatorRow,
  code: string,
): number | undefined {
  const codes = methods.get(method)?.counterCodes;
  if (codes === undefined || sealed === null) return undefined;
  const secret = seal.open(sealed, authenticatorSecretPlace(key.tenantId, authenticatorId));
  return codes.match({ state, secret }, code, runtime.clock.now());
}
