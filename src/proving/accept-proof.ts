import { Refusal } from '../contract/errors.ts';
import type { Route } from '../contract/route.ts';
import { contactOf, withContact } from '../core/authenticators/contact.ts';
import type { Contact } from '../core/authenticators/contact.ts';
import type { Notice } from '../core/notices/notice.ts';
import { isVerified } from '../core/is-verified.ts';
import type { Context } from '../calls/context.ts';
import { logChallenge } from '../calls/log-challenge.ts';
import type { KeyRequest, KnownRequest } from '../calls/request.ts';
import type { Tenant } from '../storage/published.ts';
import { queueNotice } from '../telling/queue-notice.ts';
import { auditEvent } from '../calls/record-audit.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import { forgetDevices } from '../storage/queries/devices.ts';
import { recordEvent } from '../storage/queries/events.ts';
import { giveBackAttempt, uncountFailure } from '../storage/queries/guess-budgets.ts';
import { recordProof } from '../storage/queries/proofs.ts';
import type { Consumption, ProofKey, RecordedProof } from '../storage/queries/proofs.ts';
import { lockUser, recordUser } from '../storage/queries/users.ts';
import type { Sql } from '../storage/sql.ts';
import { completeEnrolment, enrolmentRemarks } from './complete-enrolment.ts';
import type { CompletedEnrolment, Enrolment } from './complete-enrolment.ts';
import { confirmByWebhook, forgoConfirmation, lostLease, unasked } from './confirm-by-webhook.ts';
import type { Confirmation } from './confirm-by-webhook.ts';
import type { Guesses } from '../counting/guess-subject.ts';
import { ActionClosed, isInReview } from './open-action.ts';
import type { OpenAction } from './open-action.ts';
import { countedProof, earnedBy, earnedNow, provesUser } from './permit.ts';
import type { ProofStrength } from './permit.ts';
import { proofHmac } from './repeat-proof.ts';
import { settleFactors } from './settle-factors.ts';
import type { Factors } from './settle-factors.ts';
import type { Earned } from './token-powers.ts';

/** A proof that was compared and found right. */
export interface GoodProof extends ProofStrength {
  readonly consume: Consumption;
  /** The authenticator that gave the proof; undefined if there is none, as for a recovery code. */
  readonly authenticator: AuthenticatorRow | undefined;
  /** The contact that it proves to be the user's. */
  readonly contact?: Contact | undefined;
  /**
   * What the guess was counted for; undefined if none was spent. The guess is given back if the proof is not confirmed.
   */
  readonly subject: Guesses | undefined;
  /**
   * What the proof enrols, if anything. Called while the user is locked, with their other authenticators as they are
   * then.
   * @throws {Refusal} if it may no longer be enrolled
   */
  readonly enrol?: (held: OpenAction) => Enrolment | undefined;
  /**
   * What the enrolment takes from another user, in its transaction: `take` is called once the proof is accepted, while both
   * users are locked.
   */
  readonly taken?: { readonly userId: string; take(sql: Sql): Promise<void> } | undefined;
  /** When the proof was given, if that was earlier, before it was known which user it belongs to. */
  readonly provenAtMs?: number;
  /** Further members of the audit event. */
  readonly remarks?: Readonly<Record<string, unknown>>;
  /** The code, or the link's challenge, if a repeat of the request gets the same success again (ruling 16). */
  readonly code?: string;
  /** The mail that tells the user about it. */
  readonly notice?: Notice;
}

/** A proof that was accepted. */
export interface AcceptedProof {
  /**
   * The action that it was accepted for. If it enrolled something, with the user's other authenticators at that time.
   */
  readonly action: OpenAction;
  /** The action's state now; null if the action does not exist. */
  readonly state: string | null;
  readonly earned: Earned;
  readonly enrolled: CompletedEnrolment | undefined;
}

interface Accepting {
  readonly context: Context;
  readonly request: KnownRequest<Route>;
  readonly route: Route;
  readonly action: OpenAction;
  readonly proof: GoodProof;
}

/**
 * Accepts a proof with everything that follows from it, for every API: in one statement, or in one transaction that
 * locks the user if something about the user changes. Undefined if what it uses up was used before; the caller decides
 * what that means.
 * @throws {Refusal} if the tenant's webhook was asked and did not confirm it; a code then stays valid.
 * {@link ActionClosed} if the action accepts no more proofs, `invalid_token` if the action or user to enrol for is gone
 */
export async function acceptProof(
  context: Context,
  request: KnownRequest<Route>,
  route: Route,
  action: OpenAction,
  proof: GoodProof,
): Promise<AcceptedProof | undefined> {
  const counted = asItCounts(proof, action.nowMs);
  const given = { context, request, route, action, proof: isInReview(action) ? withoutGain(counted) : counted };
  const accepted = await closeConfirmed(given, (confirmation) =>
    changesUser(action, given.proof) || action.tenant.logsChallenges
      ? context.db.transaction((sql) => acceptHeld(sql, given, confirmation))
      : acceptAlone(given, confirmation),
  );
  if (accepted !== undefined) context.meter.proved(action.key.tenantId, proof.method, 'accepted');
  return accepted;
}

/**
 * Accepts a proof that belongs to no user yet: it moves no action until it is claimed. False if what it uses up was
 * used before.
 */
export async function acceptUnclaimed(
  context: Context,
  request: KeyRequest<Route>,
  route: Route,
  key: ProofKey & { readonly userId: undefined },
  proof: GoodProof,
): Promise<boolean> {
  const { tenant } = request.caller;
  const accept = (sql: Sql) =>
    recordProof(sql, {
      ...whatFollows(proof, context.runtime.clock.now()),
      key,
      actionId: undefined,
      enrols: false,
      provesUser: false,
      leaseId: undefined,
      remembered: undefined,
      authenticatorId: null,
      audit: auditEvent(context, route, request, undefined, auditData(proof)),
    });
  const { kind } = tenant.logsChallenges
    ? await context.db.transaction(async (sql) => {
        const recorded = await accept(sql);
        if (recorded.kind === 'accepted') await logProof(sql, context, tenant, key, proof);
        return recorded;
      })
    : await accept(context.db);
  const isAccepted = kind === 'accepted';
  if (isAccepted) context.meter.proved(key.tenantId, proof.method, 'accepted');
  return isAccepted;
}

function logProof(
  sql: Sql,
  context: Context,
  tenant: Tenant,
  { userId, actionCode, idempotencyKey }: ProofKey,
  { method, contact, authenticator }: GoodProof,
): Promise<void> {
  const at = contact ?? (authenticator === undefined ? undefined : contactOf(authenticator));
  const logged = { userId, actionCode, idempotencyKey, verificationMethod: method, contact: at };
  return logChallenge(sql, context, tenant, 'valid', logged);
}

/** The proof as it counts while its action is in review: it is recorded, but nothing is enrolled or verified. */
function withoutGain({ enrol: _enrolled, contact: _verified, ...proof }: GoodProof): GoodProof {
  return proof;
}

type Outcome = AcceptedProof | Exclude<RecordedProof, { readonly kind: 'accepted' }>;

/** A proof by a held authenticator counts for less, and does not verify the user's contact (ruling 41). */
function asItCounts(proof: GoodProof, nowMs: number): GoodProof {
  const counted = countedProof(proof, proof.authenticator, nowMs);
  return counted.held === undefined ? counted : { ...counted, contact: undefined };
}

/** Whether a proof changes anything about its user other than the authenticator that gave it. */
function changesUser({ row }: OpenAction, { enrol, notice, contact }: GoodProof): boolean {
  return enrol !== undefined || notice !== undefined || withContact(row, contact) !== row;
}

async function acceptAlone(given: Accepting, confirmation: Confirmation): Promise<Outcome> {
  const { context, action } = given;
  const earned = earnedBy(action, given.proof);
  const recorded = await record(context.db, given, confirmation, { earned });
  if (recorded.kind !== 'accepted') return recorded;
  return { ...standing(action, recorded.state, earned), enrolled: undefined };
}

async function acceptHeld(sql: Sql, given: Accepting, confirmation: Confirmation): Promise<Outcome> {
  const { context, action, proof } = given;
  const { tenantId, userId } = action.key;
  // In the order of their ids: another request may move something the other way.
  if (proof.taken !== undefined && proof.taken.userId < userId) await lockUser(sql, tenantId, proof.taken.userId);
  const user = await lockUser(sql, tenantId, userId);
  if (user === undefined) return { kind: 'gone' };
  if (proof.taken !== undefined && proof.taken.userId > userId) await lockUser(sql, tenantId, proof.taken.userId);
  // What was read before the code was compared may be stale.
  const factors = proof.enrol === undefined ? undefined : await settleFactors(sql, context, tenantId, user);
  const held = factors === undefined ? action : holding(context, action, factors, proof);
  const enrolment = proof.enrol?.(held);
  const earned = earnedBy(held, proof);
  const recorded = await record(sql, { ...given, action: held }, confirmation, { earned, enrolment });
  if (recorded.kind !== 'accepted') return recorded;
  // Whoever has found the codes must not go on with a device that they had remembered.
  if (proof.consume.kind === 'recoveryCode') await forgetDevices(sql, tenantId, userId);
  // What is claimed was logged when it was verified.
  if (proof.consume.kind !== 'claim') await logProof(sql, context, action.tenant, action.key, proof);
  if (proof.notice !== undefined) await queueNotice(sql, context, action.tenant, userId, proof.notice);
  if (proof.notice?.type === 'recovery-code-used') {
    const { actionCode, idempotencyKey } = action.key;
    const data = { userId, actionCode, idempotencyKey, codesLeft: String(proof.notice.codesLeft) };
    await recordEvent(sql, context.runtime, { tenantId, type: 'recovery_code.used', userId, data });
  }
  if (enrolment !== undefined && factors !== undefined) {
    await proof.taken?.take(sql);
    const enrolled = await completeEnrolment(sql, context, tenantId, factors.user, held.verified, enrolment);
    return { ...standing(held, recorded.state, earned), enrolled };
  }
  // The action was not in review when it was read, but may be now.
  const after = recorded.state === 'REVIEW_REQUIRED' ? user : withContact(user, proof.contact);
  if (after !== user) await recordUser(sql, tenantId, after, context.runtime.clock.now());
  return { ...standing(held, recorded.state, earned), enrolled: undefined };
}

/** The action after a proof, and how much of what the proof earned counts in that state. */
function standing(
  action: OpenAction,
  state: string | null,
  earned: Earned,
): Pick<AcceptedProof, 'action' | 'state' | 'earned'> {
  const after = { ...action, row: { ...action.row, state: state ?? action.row.state } };
  return { action: after, state, earned: earnedNow(after, earned) };
}

/** The action with its user and their authenticators as they are now, without the one that is being enrolled. */
function holding({ runtime }: Context, action: OpenAction, factors: Factors, proof: GoodProof): OpenAction {
  const pendingId = proof.by !== 'authenticator' ? proof.authenticator?.authenticatorId : undefined;
  const { authenticators } = factors;
  const { removedLastAuthenticator } = factors.user;
  return {
    ...action,
    row: { ...action.row, removedLastAuthenticator },
    verified: authenticators.filter((row) => isVerified(row) && row.authenticatorId !== pendingId),
    nowMs: runtime.clock.now(),
  };
}

/**
 * Calls `close` to use up a proof, after the tenant's webhook has confirmed it if it has to be asked. If it is not
 * confirmed, a code stays valid and its guess is given back. The lease is given back if nothing was closed.
 */
async function closeConfirmed(
  { context, action, proof }: Accepting,
  close: (confirmation: Confirmation) => Promise<Outcome>,
): Promise<AcceptedProof | undefined> {
  const { tenant, key } = action;
  const { method, assurance, held } = proof;
  const asked = { method, assurance, held, authenticatorId: proof.authenticator?.authenticatorId };
  const confirmation = provesUser(action, proof)
    ? await confirmByWebhook(context, tenant, key, asked).catch(async (error: unknown) => {
        if (error instanceof Refusal) await giveBack(context, proof);
        throw error;
      })
    : unasked;
  let outcome: Outcome | undefined;
  try {
    outcome = await close(confirmation);
  } finally {
    if (outcome === undefined || 'kind' in outcome) await forgoConfirmation(context, key, confirmation);
  }
  if (!('kind' in outcome)) {
    await countAsRight(context, proof, outcome.enrolled);
    return outcome;
  }
  switch (outcome.kind) {
    case 'used':
      return undefined;
    case 'lost lease':
      await giveBack(context, proof);
      throw lostLease();
    case 'closed':
      throw new ActionClosed(outcome.state);
    case 'gone':
      if (proof.by === 'authenticator') return undefined;
      throw new Refusal('invalid_token', 'The action of this token does not exist any more. Track the action again.');
  }
}

/**
 * What a proof clears of the count that its guess was spent from. Nothing if it is by a held authenticator or enrols a
 * held one, such as a successor: an attacker who planted it could otherwise guess at the authenticator beside it
 * without limit. Nothing either if it is by an authenticator without its own count, which spends that of a verified
 * one.
 */
function forgottenBy(
  { held, subject, authenticator }: GoodProof,
  enrolled: { readonly authenticator: Pick<AuthenticatorRow, 'heldUntil'> } | undefined,
): 'failures' | 'waits' | 'nothing' {
  const isHeld = held !== undefined || (enrolled !== undefined && enrolled.authenticator.heldUntil !== null);
  if (subject === undefined || isHeld) return 'nothing';
  switch (subject.of.kind) {
    case 'authenticator':
      return authenticator?.authenticatorId === subject.of.authenticatorId ? 'failures' : 'nothing';
    case 'unverified':
      return 'waits';
    case 'whole':
      return 'failures';
  }
}

/**
 * Takes back the failure that was counted in advance, unless the proof has cleared all failures. The guess still counts
 * towards the tenant's limit.
 */
async function countAsRight(
  { db }: Context,
  proof: GoodProof,
  enrolled: Parameters<typeof forgottenBy>[1],
): Promise<void> {
  const forgotten = forgottenBy(proof, enrolled);
  if (proof.subject === undefined || forgotten === 'failures') return;
  await uncountFailure(db, proof.subject, forgotten === 'waits');
}

/** Gives back the guess of a code that was right. */
async function giveBack({ db }: Context, { consume, subject }: GoodProof): Promise<void> {
  if (subject === undefined) return;
  const isOfChallenge = consume.kind === 'code' || consume.kind === 'answer';
  await giveBackAttempt(db, subject, isOfChallenge ? consume.tried : []);
}

/** Whether a backend asked for the proof, and not the holder of a token. */
function isOfBackend({ kind }: Consumption): boolean {
  return kind === 'answer' || kind === 'claim';
}

function record(
  sql: Sql,
  { context, request, route, action, proof }: Accepting,
  confirmation: Confirmation,
  { earned, enrolment }: { readonly earned: Earned; readonly enrolment?: Enrolment | undefined },
): Promise<RecordedProof> {
  const { code, method, consume } = proof;
  // The proof may be by another authenticator than the one that it enrols.
  const authenticatorId = (proof.authenticator ?? enrolment?.authenticator)?.authenticatorId;
  const changedId = (enrolment?.authenticator ?? proof.authenticator)?.authenticatorId;
  const hmac = code === undefined ? null : proofHmac(action, method, code);
  return recordProof(sql, {
    // An enrolled authenticator is verified at the time of its proof, to the millisecond.
    ...whatFollows(proof, enrolment === undefined ? context.runtime.clock.now() : action.nowMs),
    ...(forgottenBy(proof, enrolment) === 'failures' ? {} : { subject: undefined }),
    key: action.key,
    actionId: action.token.actionId,
    enrols: enrolment !== undefined,
    authenticatorId: authenticatorId ?? null,
    provesUser: confirmation.kind !== 'unasked' && provesUser(action, proof),
    leaseId: confirmation.kind === 'leased' ? confirmation.leaseId : undefined,
    remembered: isOfBackend(consume) ? undefined : { proofHmac: hmac, earned },
    audit: auditEvent(context, route, request, action.key.userId, {
      ...auditData(proof),
      ...(changedId === undefined ? {} : { authenticatorId: changedId }),
      ...(enrolment === undefined ? {} : enrolmentRemarks(action.verified, enrolment)),
    }),
  });
}

function whatFollows({ consume, method, assurance, held, subject, provenAtMs }: GoodProof, nowMs: number) {
  const heldMethod = held?.method ?? undefined;
  return { consume, method, assurance, heldMethod, subject, provenAtMs: provenAtMs ?? nowMs, nowMs };
}

function auditData({ method, assurance, remarks }: GoodProof): Readonly<Record<string, unknown>> {
  return { verificationMethod: method, assurance, ...remarks };
}
