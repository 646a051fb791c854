import type { AddAuthenticatorReply } from '../../contract/client/webauthn.ts';
import { Refusal } from '../../contract/errors.ts';
import type { Route } from '../../contract/route.ts';
import { assuranceOf } from '../../core/authenticators/assurance.ts';
import { unheld } from '../../core/authenticators/hold.ts';
import { userAgentLengthMax } from '../../enrichment/user-agent.ts';
import type { RegistrationResponse } from '../../methods/method.ts';
import { acceptProof } from '../../proving/accept-proof.ts';
import type { Enrolment } from '../../proving/complete-enrolment.ts';
import { openAction } from '../../proving/open-action.ts';
import type { OpenAction } from '../../proving/open-action.ts';
import { sha256 } from '../../runtime/crypto.ts';
import { loadCredentialOwner } from '../../storage/queries/authenticators.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import { spendKeyChallenge } from '../../storage/queries/key-ceremonies.ts';
import { isUniqueViolation } from '../../storage/sql.ts';
import type { Context, TokenRequest } from '../operation.ts';
import {
  ceremoniesOf,
  expectationOf,
  isFromSameBrowser,
  keepSession,
  keySettings,
  refuseForeignPage,
  refuseKey,
} from './keys.ts';
import { ownAuthenticatorView } from './own-authenticator-view.ts';
import { holdOf } from '../../proving/permit.ts';
import { permitKey } from './permit-key.ts';
import { proofReply } from './proof-reply.ts';

// Whoever may add a key is told what kind the tenant takes: it says nothing of any other.
const demands = new Map<string, string>([
  ['synced', 'The tenant takes only keys that cannot leave their device. Use a security key, or another device.'],
  ['attestation', 'The tenant takes only keys of makes that it trusts, with attestation. Use a key of such a make.'],
]);

/** Spends the challenge, checks the answer, and stores the key with all that follows from it, in this order. */
export async function finishKeyRegistration<R extends Route>(
  context: Context,
  request: TokenRequest<R>,
  route: R,
  method: string,
  response: RegistrationResponse,
  given: { readonly isConditional: boolean; readonly deviceId: string | undefined },
): Promise<AddAuthenticatorReply> {
  const { db, runtime } = context;
  refuseForeignPage(context, request);
  const action = await openAction(context, request.caller);
  permitKey(action, method);
  const { tenant, key } = action;
  const keys = ceremoniesOf(method);
  const refuse = (why: Parameters<typeof refuseKey>[4]) => refuseKey(context, request, key.userId, method, why);
  const nowMs = runtime.clock.now();

  const challenge = keys.challengeOf(response.response.clientDataJSON);
  if (challenge === undefined) throw await refuse('client data');
  const tokenDigest = sha256(challenge);
  const spent = await spendKeyChallenge(db, key, {
    tokenDigest,
    verificationMethod: method,
    purpose: 'registration',
    nowMs,
  });
  if (spent === undefined) throw await refuse('challenge');
  if (!isFromSameBrowser(spent, request)) throw await refuse('browser');

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
    const refusal = await refuse(checked.why);
    const demand = demands.get(checked.why);
    throw demand === undefined ? refusal : new Refusal('invalid_credential', demand);
  }
  const { enrolment, isUserVerified, isUserPresent } = checked;
  const assurance = assuranceOf(method, isUserVerified);
  const authenticator: AuthenticatorRow = {
    user_id: key.userId,
    authenticator_id: runtime.ids.uuid(),
    verification_method: method,
    slot: enrolment.slot,
    email: null,
    phone_number: null,
    credential_id: enrolment.credentialId,
    state: enrolment.state,
    secret_sealed: null,
    counter: enrolment.counter,
    best_assurance: assurance,
    created_at: nowMs,
    verified_at: nowMs,
    last_verified_at: nowMs,
    ...unheld,
  };
  const taken = () => new Refusal('invalid_request', 'This credential is registered already.');
  if ((await loadCredentialOwner(db, tenant.tenantId, enrolment.credentialId)) !== undefined) {
    await refuse('taken');
    throw taken();
  }
  const proof = {
    method,
    assurance,
    isRegistration: true,
    // The app alone says that a browser acted by itself: what is let pass for that is no proof either.
    isUnattended: !isUserPresent || (spent.state.requiresUserVerification && !isUserVerified),
    consume: { kind: 'spent' } as const,
    authenticator,
    subject: undefined,
    enrol(held: OpenAction): Enrolment {
      permitKey(held, method);
      // An insert alone: a credential that anybody has is nobody else's, whoever races for it (A52, §7.1 step 26).
      const times = { verified_at: held.nowMs, last_verified_at: held.nowMs };
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
    userAuthenticatorId: authenticator.authenticator_id,
    userId: key.userId,
    credentialId: enrolment.credentialId,
    userAuthenticator: ownAuthenticatorView(context, enrolled.authenticator, enrolled.defaultId),
  };
}
