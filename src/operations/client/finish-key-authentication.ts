import type { Route } from '../../contract/route.ts';
import { assuranceOf } from '../../core/authenticators/assurance.ts';
import type { AssertionResponse, KeyAssertion } from '../../methods/method.ts';
import { acceptProof } from '../../proving/accept-proof.ts';
import { openAction } from '../../proving/open-action.ts';
import type { OpenAction } from '../../proving/open-action.ts';
import { permitProof } from '../../proving/permit.ts';
import { sha256 } from '../../runtime/crypto.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import { spendKeyChallenge } from '../../storage/queries/key-ceremonies.ts';
import type { CeremonyOwner, SpentCeremony } from '../../storage/queries/key-ceremonies.ts';
import type { ClientRequest, Context, TokenRequest } from '../operation.ts';
import {
  ceremoniesOf,
  expectationOf,
  isFromSameBrowser,
  keepSession,
  refuseKey,
  storedKey,
  userHandleOf,
} from './keys.ts';
import { proofReply } from './proof-reply.ts';
import { refuseUnknown } from './refuse-unknown-credential.ts';

/** A proof by a key, and whose it is. */
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
    throw await refuseKey(context, request, userId, method, 'configuration');
  }
  const { challenge, spent } = await spendAnswered(context, request, method, response, action.key);
  permitProof(action, method);
  const credentialId = ceremoniesOf(method).credentialIdOf(response.id);
  // By user and id at once: another user's key is no key here, however well it signs (A49, §7.2 step 6).
  const authenticator = action.verified.find(
    (row) => row.verification_method === method && row.credential_id === credentialId,
  );
  if (authenticator === undefined) {
    throw await refuseUnknown(context, request, method, response, { challenge, spent, userId });
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

/** Spends the challenge that a response answers, before anything else of it is looked at (ruling 16). */
export async function spendAnswered(
  context: Context,
  request: ClientRequest<Route>,
  method: string,
  { response }: AssertionResponse,
  owner: CeremonyOwner,
): Promise<{ readonly challenge: string; readonly spent: SpentCeremony }> {
  const challenge = ceremoniesOf(method).challengeOf(response.clientDataJSON);
  if (challenge === undefined) throw await refuseKey(context, request, owner.userId, method, 'client data');
  const spent = await spendKeyChallenge(context.db, owner, {
    tokenDigest: sha256(challenge),
    verificationMethod: method,
    purpose: 'authentication',
    nowMs: context.runtime.clock.now(),
  });
  if (spent === undefined) throw await refuseKey(context, request, owner.userId, method, 'challenge');
  if (!isFromSameBrowser(spent, request)) throw await refuseKey(context, request, owner.userId, method, 'browser');
  return { challenge, spent };
}

/** Checks a response against what was issued and the key that is stored. @throws {Refusal} `invalid_credential` */
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
      userHandle: userHandleOf(tenant, authenticator.user_id),
      isUserNamed,
    },
    storedKey(authenticator),
  );
  if (!checked.ok) throw await refuseKey(context, request, authenticator.user_id, method, checked.why);
  return checked;
}

/** Stores the counter and moves the action in one write, which another use of the key may have won. Gives the new token. */
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
    assurance: assuranceOf(method, isUserVerified),
    isRegistration: false,
    consume: { kind: 'signature', counter, isDeviceBound, challengeId: spent.challenge_id, state } as const,
    authenticator,
    subject: undefined,
    remarks: { isUserVerified, ...(hasCounterGoneBack ? { counterWentBack: true } : {}) },
  };
  const accepted = await acceptProof(context, request, route, action, proof);
  if (accepted === undefined) throw await refuseKey(context, request, userId, method, 'counter');
  const { accessToken } = proofReply(context, accepted);
  keepSession(spent, request, accessToken);
  return accessToken;
}
