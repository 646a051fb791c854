import type { AddAuthenticatorReply } from '../../contract/client/webauthn.ts';
import { Refusal } from '../../contract/errors.ts';
import type { Route } from '../../contract/route.ts';
import { assuranceOf } from '../../methods/assurance-of.ts';
import { unheld } from '../../core/authenticators/hold.ts';
import { userAgentLengthMax } from '../../enrichment/user-agent.ts';
import type { RegistrationResponse } from '../../methods/method.ts';
import { acceptProof } from '../accept-proof.ts';
import type { GoodProof } from '../accept-proof.ts';
import type { Enrolment } from '../complete-enrolment.ts';
import { openAction } from '../open-action.ts';
import type { OpenAction } from '../open-action.ts';
import { sha256 } from '../../runtime/crypto.ts';
import { loadCredentialOwner } from '../../storage/queries/authenticators.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import { spendKeyChallenge } from '../../storage/queries/challenges/key-ceremonies.ts';
import { isUniqueViolation } from '../../storage/sql.ts';
import type { Context } from '../../calls/context.ts';
import type { TokenRequest } from '../../calls/request.ts';
import {
  ceremoniesOf,
  expectationOf,
  isFromSameBrowser,
  keepSession,
  keySettings,
  requireExpectedPage,
  recordKeyRefusal,
} from './keys.ts';
import { ownAuthenticatorView } from '../../views/own-authenticator-view.ts';
import { holdOf } from '../permit.ts';
import { permitKey } from './permit-key.ts';
import { proofReply } from '../proof-reply.ts';

// A user who may add a key is told which kind the tenant accepts. This reveals nothing about other keys.
const demands = new Map<string, string>([
  ['synced', 'The tenant takes only keys that cannot leave their device. Use a security key, or another device.'],
  ['attestation', 'The tenant takes only keys of makes that it trusts, with attestation. Use a key of such a make.'],
]);

/**
 * Spends the challenge, checks the response, and stores the key with everything that follows from it, in this order.
 */
export async function finishKeyRegistration<R extends Route>(
  context: Context,
  request: TokenRequest<R>,
  route: R,
  method: string,
  response: RegistrationResponse,
  given: { readonly isConditional: boolean; readonly deviceId: string | undefined },
): Promise<AddAuthenticatorReply> {
  const { db, runtime } = context;
  requireExpectedPage(context, request);
  const action = await openAction(context, request.caller);
  permitKey(action, method);
  const { tenant, key } = action;
  const keys = ceremoniesOf(method);
  const refusalFor = (why: Parameters<typeof recordKeyRefusal>[4]) =>
    recordKeyRefusal(context, request, key.userId, method, why);
  const nowMs = runtime.clock.now();

  const challenge = keys.challengeOf(response.response.clientDataJSON);
  if (challenge === undefined) throw await refusalFor('client data');
  const tokenDigest = sha256(challenge);
  const spent = await spendKeyChallenge(db, key, {
    tokenDigest,
    verificationMethod: method,
    purpose: 'registration',
    nowMs,
  });
  if (spent === undefined) throw await refusalFor('challenge');
  if (!isFromSameBrowser(spent, request)) throw await refusalFor('browser');

  const { attachment, attestation } = keySettings(tenant, method);
  const checked = await keys.verifyRegistration(
    response,
    {
      ...expectationOf(context, tenant, method, challenge, spent.state),
      isConditional: given.isConditional,
      attachment,
      attestation,
      nowMs,
    },
    {
      username: spent.state.username,
      displayName: spent.state.displayName,
      userAgent: request.sender.userAgent?.slice(0, userAgentLengthMax),
      deviceId: given.deviceId,
    },
  );
  if (!checked.ok) {
    const refusal = await refusalFor(checked.why);
    const demand = demands.get(checked.why);
    throw demand === undefined ? refusal : new Refusal('invalid_credential', demand);
  }
  const { enrolment, isUserVerified, isUserPresent } = checked;
  const assurance = assuranceOf(method, isUserVerified ? 'verified' : 'plain');
  const authenticator: AuthenticatorRow = {
    userId: key.userId,
    authenticatorId: runtime.ids.uuid(),
    verificationMethod: method,
    slot: enrolment.slot,
    email: null,
    phoneNumber: null,
    credentialId: enrolment.credentialId,
    state: enrolment.state,
    secretSealed: null,
    counter: enrolment.counter,
    bestAssurance: assurance,
    createdAt: nowMs,
    verifiedAt: nowMs,
    lastVerifiedAt: nowMs,
    ...unheld,
  };
  const taken = () => new Refusal('invalid_request', 'This credential is registered already.');
  if ((await loadCredentialOwner(db, tenant.tenantId, enrolment.credentialId)) !== undefined) {
    await refusalFor('taken');
    throw taken();
  }
  const isAttended = isUserPresent && (!spent.state.requiresUserVerification || isUserVerified);
  const proof: GoodProof = {
    method,
    assurance,
    // Only the app claims that the browser acted by itself, so a registration accepted for that reason is not a proof.
    by: isAttended ? 'registration' : 'unattended registration',
    consume: { kind: 'spent' },
    authenticator,
    subject: undefined,
    enrol(held: OpenAction): Enrolment {
      permitKey(held, method);
      // Only an insert: a credential that a user has never becomes another user's, even in a race (A52, §7.1 step 26).
      const times = { verifiedAt: held.nowMs, lastVerifiedAt: held.nowMs };
      return { authenticator: { ...authenticator, ...times, ...holdOf(held, method) }, place: 'beside' };
    },
  };
  const accepted = await acceptProof(context, request, route, action, proof).catch((error: unknown) => {
    throw isUniqueViolation(error) ? taken() : error;
  });
  const enrolled = accepted?.enrolled;
  if (accepted === undefined || enrolled === undefined) throw new Error('A key that is new has been used before.');
  const { accessToken } = proofReply(context, accepted);
  keepSession(spent, request, accessToken);
  return {
    isVerified: true,
    accessToken,
    userAuthenticatorId: authenticator.authenticatorId,
    userId: key.userId,
    credentialId: enrolment.credentialId,
    userAuthenticator: ownAuthenticatorView(context, enrolled.authenticator, enrolled.defaultId),
  };
}
