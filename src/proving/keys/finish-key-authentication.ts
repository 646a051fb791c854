import type { Route } from '../../contract/route.ts';
import { assuranceOf } from '../../methods/assurance-of.ts';
import type { AssertionResponse, KeyAssertion } from '../../methods/method.ts';
import { acceptProof } from '../accept-proof.ts';
import { openAction } from '../open-action.ts';
import type { OpenAction } from '../open-action.ts';
import { permitProof } from '../permit.ts';
import { sha256 } from '../../runtime/crypto.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import { spendKeyChallenge } from '../../storage/queries/challenges/key-ceremonies.ts';
import type { CeremonyOwner, SpentCeremony } from '../../storage/queries/challenges/key-ceremonies.ts';
import type { Context } from '../../calls/context.ts';
import type { ClientRequest, TokenRequest } from '../../calls/request.ts';
import {
  ceremoniesOf,
  expectationOf,
  isFromSameBrowser,
  keepSession,
  recordKeyRefusal,
  storedKey,
  userHandleOf,
} from './keys.ts';
import { proofReply } from '../proof-reply.ts';
import { recordUnknownCredential } from './record-unknown-credential.ts';

/** A proof by a key, and which authenticator gave it. */
export interface KeyProof {
  readonly accessToken: string;
  readonly authenticator: AuthenticatorRow;
  /** The action that it was accepted for, with its user. */
  readonly row: OpenAction['row'];
}

/** Spends the challenge, checks the signature by one of the user's own keys, and accepts it for the action of the token. */
export async function finishKeyAuthentication<R extends Route>(
  context: Context,
  request: TokenRequest<R>,
  route: R,
  method: string,
  response: AssertionResponse,
): Promise<KeyProof> {
  const action = await openAction(context, request.caller);
  const { userId } = action.key;
  if (!action.tenant.activeMethods.includes(method)) {
    throw await recordKeyRefusal(context, request, userId, method, 'configuration');
  }
  const { challenge, spent } = await spendAnswered(context, request, method, response, action.key);
  permitProof(action, method);
  const credentialId = ceremoniesOf(method).credentialIdOf(response.id);
  // Matched by user and id together: another user's key does not count, even if its signature is valid (A49, §7.2
  // step 6).
  const authenticator = action.verified.find(
    (row) => row.verificationMethod === method && row.credentialId === credentialId,
  );
  if (authenticator === undefined) {
    throw await recordUnknownCredential(context, request, method, response, { challenge, spent, userId });
  }
  const assertion = await checkAssertion(context, request, method, response, {
    challenge,
    spent,
    authenticator,
    isUserNamed: true,
  });
  permitProof(action, method, authenticator);
  const accessToken = await acceptAssertion(context, request, route, action, method, spent, authenticator, assertion);
  return { accessToken, authenticator, row: action.row };
}

/** Spends the challenge that a response answers, before anything else in it is checked (ruling 16). */
export async function spendAnswered(
  context: Context,
  request: ClientRequest<Route>,
  method: string,
  { response }: AssertionResponse,
  owner: CeremonyOwner,
): Promise<{ readonly challenge: string; readonly spent: SpentCeremony }> {
  const challenge = ceremoniesOf(method).challengeOf(response.clientDataJSON);
  if (challenge === undefined) throw await recordKeyRefusal(context, request, owner.userId, method, 'client data');
  const spent = await spendKeyChallenge(context.db, owner, {
    tokenDigest: sha256(challenge),
    verificationMethod: method,
    purpose: 'authentication',
    nowMs: context.runtime.clock.now(),
  });
  if (spent === undefined) throw await recordKeyRefusal(context, request, owner.userId, method, 'challenge');
  if (!isFromSameBrowser(spent, request))
    throw await recordKeyRefusal(context, request, owner.userId, method, 'browser');
  return { challenge, spent };
}

/** Checks a response against what was issued and the stored key. @throws {Refusal} `invalid_credential` */
export async function checkAssertion(
  context: Context,
  request: ClientRequest<Route>,
  method: string,
  response: AssertionResponse,
  given: {
    readonly challenge: string;
    readonly spent: SpentCeremony;
    readonly authenticator: AuthenticatorRow;
    readonly isUserNamed: boolean;
  },
): Promise<KeyAssertion> {
  const { tenant } = request.caller;
  const { challenge, spent, authenticator, isUserNamed } = given;
  const checked = await ceremoniesOf(method).verifyAssertion(
    response,
    {
      ...expectationOf(context, tenant, method, challenge, spent.state),
      credentialIds: spent.state.credentialIds,
      userHandle: userHandleOf(tenant, authenticator.userId),
      isUserNamed,
    },
    storedKey(authenticator),
  );
  if (!checked.ok) throw await recordKeyRefusal(context, request, authenticator.userId, method, checked.why);
  return checked;
}

/**
 * Stores the counter and moves the action in one write, which fails if another use of the key was first. Returns the
 * new token.
 */
export async function acceptAssertion<R extends Route>(
  context: Context,
  request: ClientRequest<R>,
  route: R,
  action: OpenAction,
  method: string,
  spent: SpentCeremony,
  authenticator: AuthenticatorRow,
  assertion: KeyAssertion,
): Promise<string> {
  const { counter, isDeviceBound, hasCounterGoneBack, isUserVerified, state } = assertion;
  const { userId } = action.key;
  const proof = {
    method,
    assurance: assuranceOf(method, isUserVerified ? 'verified' : 'plain'),
    by: 'authenticator' as const,
    consume: { kind: 'signature', counter, isDeviceBound, challengeId: spent.challengeId, state } as const,
    authenticator,
    subject: undefined,
    remarks: { isUserVerified, ...(hasCounterGoneBack ? { counterWentBack: true } : {}) },
  };
  const accepted = await acceptProof(context, request, route, action, proof);
  if (accepted === undefined) throw await recordKeyRefusal(context, request, userId, method, 'counter');
  const { accessToken } = proofReply(context, accepted);
  keepSession(spent, request, accessToken);
  return accessToken;
}
