/** Codes of the authenticator app with which an operator signs in beside a password: of the same method as those of users. */
import { authenticatorSecretPlace } from '../calls/authenticator-secret-place.ts';
import type { Context } from '../calls/context.ts';
import type { KnownRequest } from '../calls/request.ts';
import { Refusal } from '../contract/errors.ts';
import type { Route } from '../contract/route.ts';
import { unheld } from '../core/authenticators/hold.ts';
import { slots } from '../core/authenticators/slot.ts';
import { readCode } from '../core/challenges/read-code.ts';
import type { Guesses } from '../counting/guess-subject.ts';
import { establishAction } from '../deciding/establish-action.ts';
import { assuranceOf } from '../methods/assurance-of.ts';
import { methods } from '../methods/registry.ts';
import { acceptProof } from '../proving/accept-proof.ts';
import { completeEnrolment } from '../proving/complete-enrolment.ts';
import { spendGuess } from '../proving/guess.ts';
import { openActionOf } from '../proving/open-action.ts';
import { loadVerifiedAuthenticators } from '../storage/queries/authenticators.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import { loadGuessCounts } from '../storage/queries/guess-budgets.ts';
import { portalTenantId } from '../storage/queries/tenants.ts';
import { lockOrCreateUser } from '../storage/queries/users.ts';
import type { Sql } from '../storage/sql.ts';
import type { AppSetUp } from './app-set-up.ts';
import { portalTenant } from './portal-tenant.ts';

export const { verificationMethod: appMethod, counterCodes: appCodes } = methodOfApps();

/** A code that an app of the operator has now. It may have been used already. */
export interface MatchedCode {
  readonly authenticator: AuthenticatorRow;
  readonly counter: number;
}

/** A proof of an operator by their app, which was used up. */
export interface AppProof {
  readonly actionId: string;
  readonly provedAtMs: number;
}

/** The method whose codes an app makes by itself, by counting. */
function methodOfApps() {
  for (const { verificationMethod, counterCodes } of methods.values())
    if (counterCodes !== undefined) return { verificationMethod, counterCodes };
  throw new Error('No method has codes that an app makes by itself.');
}

/** A code of an app as it was meant; undefined if none of its codes can be like that. */
export function readAppCode({ state }: Pick<AppSetUp, 'state'>, given: string): string | undefined {
  return readCode(given, appCodes.digitsOf(state));
}

/** Whether it can be a code of any app. Otherwise it is no guess: nothing is counted or compared (ruling 45). */
export function isLikeCode(given: string): boolean {
  return readCode(given, null) !== undefined;
}

/** The authenticator apps of an operator. */
export async function loadApps(sql: Sql, operatorId: string): Promise<readonly AuthenticatorRow[]> {
  const verified = await loadVerifiedAuthenticators(sql, portalTenantId, operatorId);
  return verified.filter((row) => row.verificationMethod === appMethod);
}

/** Which app has the code now. */
export function matchCode(
  { seal, runtime }: Pick<Context, 'seal' | 'runtime'>,
  apps: readonly AuthenticatorRow[],
  given: string,
): MatchedCode | undefined {
  for (const authenticator of apps) {
    const { authenticatorId, state, secretSealed: sealed } = authenticator;
    const code = readAppCode({ state }, given);
    if (sealed === null || code === undefined) continue;
    const secret = seal.open(sealed, authenticatorSecretPlace(portalTenantId, authenticatorId));
    const counter = appCodes.match({ state, secret }, code, runtime.clock.now());
    if (counter !== undefined) return { authenticator, counter };
  }
  return undefined;
}

/** Spends a guess before anything is compared. @throws {Refusal} `too_many_requests`, `forbidden` */
export async function requireGuess(context: Context, subject: Guesses): Promise<void> {
  if (await spendGuess(context, portalTenant(context), subject)) return;
  const counts = await loadGuessCounts(context.db, portalTenantId, subject.owner, [subject.subject]);
  const count = counts.find((row) => row.verificationMethod === subject.verificationMethod);
  // Only what is counted for a user is ever locked; the rest waits.
  if (subject.userId !== undefined && count?.isLocked === true) {
    throw new Refusal(
      'forbidden',
      'There were too many wrong codes, so your app is locked. Ask an admin to invite you again, and set up an app anew.',
    );
  }
  const untilMs = count?.nextTryAt ?? 0;
  throw new Refusal(
    'too_many_requests',
    'There were too many wrong tries. Wait, then try again.',
    Math.max(1, Math.ceil((untilMs - context.runtime.clock.now()) / 1000)),
  );
}

/**
 * Uses a code up as a proof for an action of the operator, as a proof of any user. Undefined if the code was used before. The
 * caller has spent the guess.
 */
export async function acceptCode<R extends Route>(
  context: Context,
  route: R,
  request: KnownRequest<R>,
  matched: MatchedCode,
  {
    actionCode,
    idempotencyKey,
    subject,
  }: { readonly actionCode: string; readonly idempotencyKey: string; readonly subject: Guesses },
): Promise<AppProof | undefined> {
  const tenant = portalTenant(context);
  const { authenticator, counter } = matched;
  const named = { tenantId: portalTenantId, userId: authenticator.userId, actionCode, idempotencyKey };
  const { ipAddress, userAgent } = request.sender;
  await establishAction(context, tenant, named, 'track', { ipAddress, userAgent });
  const action = await openActionOf(context, tenant, named);
  const accepted = await acceptProof(context, request, { ...route, audit: 'challenge.verified' }, action, {
    method: appMethod,
    assurance: assuranceOf(appMethod),
    by: 'authenticator',
    authenticator,
    subject,
    consume: { kind: 'counter', counter },
  });
  if (accepted === undefined) return undefined;
  if (accepted.state !== 'CHALLENGE_SUCCEEDED') throw new Error(`The code left the action ${accepted.state}.`);
  return { actionId: action.token.actionId, provedAtMs: context.runtime.clock.now() };
}

/** Makes an app that was set up the operator's, in the transaction that redeems their invitation. The code counts as used. */
export async function enrolApp(
  sql: Sql,
  { runtime, seal }: Pick<Context, 'runtime' | 'seal'>,
  operatorId: string,
  { state, secret }: AppSetUp,
  counter: number,
): Promise<void> {
  const nowMs = runtime.clock.now();
  const authenticatorId = runtime.ids.uuid();
  const user = await lockOrCreateUser(sql, portalTenantId, operatorId, { ownId: runtime.ids.uuid(), nowMs });
  await completeEnrolment(sql, { runtime }, portalTenantId, user, [], {
    authenticator: {
      userId: operatorId,
      authenticatorId,
      verificationMethod: appMethod,
      slot: slots.own,
      email: null,
      phoneNumber: null,
      credentialId: null,
      state,
      secretSealed: seal.seal(secret, authenticatorSecretPlace(portalTenantId, authenticatorId)),
      counter,
      bestAssurance: null,
      createdAt: nowMs,
      verifiedAt: nowMs,
      lastVerifiedAt: nowMs,
      ...unheld,
    },
    place: 'own',
  });
}
