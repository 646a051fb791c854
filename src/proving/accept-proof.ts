import { Refusal } from '../contract/errors.ts';
import type { Route } from '../contract/route.ts';
import { withContact } from '../core/authenticators/contact.ts';
import type { Contact } from '../core/authenticators/contact.ts';
import type { Notice } from '../core/notices/notice.ts';
import type { ClientRequest, Context, KeyRequest } from '../operations/operation.ts';
import { queueNotice } from '../operations/queue-notice.ts';
import { auditEvent } from '../operations/record-audit.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import { giveBackAttempt, uncountFailure } from '../storage/queries/guess-budgets.ts';
import { recordProof } from '../storage/queries/proofs.ts';
import type { Consumption, ProofKey, RecordedProof } from '../storage/queries/proofs.ts';
import { lockUser, recordUser } from '../storage/queries/users.ts';
import type { Sql } from '../storage/sql.ts';
import { completeEnrolment, enrolmentRemarks } from './complete-enrolment.ts';
import type { CompletedEnrolment, Enrolment } from './complete-enrolment.ts';
import { confirmByWebhook, forgoConfirmation, lostLease, unasked } from './confirm-by-webhook.ts';
import type { Confirmation } from './confirm-by-webhook.ts';
import type { Guesses } from './guess-subject.ts';
import { ActionClosed, isInReview } from './open-action.ts';
import type { OpenAction } from './open-action.ts';
import { countedProof, earnedBy, earnedNow, provesUser } from './permit.ts';
import type { ProofStrength } from './permit.ts';
import { proofHmac } from './repeat-proof.ts';
import { settleFactors } from './settle-factors.ts';
import type { Factors } from './settle-factors.ts';
import type { Earned } from './token-powers.ts';

/** A proof that has been compared and found good. */
export interface GoodProof extends ProofStrength {
  readonly consume: Consumption;
  /** The authenticator that it is of; undefined where there is none, as for a recovery code. */
  readonly authenticator: AuthenticatorRow | undefined;
  /** What it shows the user to be reached at. */
  readonly contact?: Contact | undefined;
  /** What a guess was spent for, which is given back if it is not confirmed; undefined where none was. */
  readonly subject: Guesses | undefined;
  /**
   * What it enrols, if anything: asked while the user is held, with their other authenticators as they are then.
   * @throws {Refusal} if it may not be enrolled any more
   */
  readonly enrol?: (held: OpenAction) => Enrolment | undefined;
  /** When it was given, where that was before it could be accepted: nobody knew whose it is. */
  readonly provenAtMs?: number;
  /** What else the audit log is told. */
  readonly remarks?: Readonly<Record<string, unknown>>;
  /** The code that was given, or the link's challenge, where the same may be answered again (ruling 16). */
  readonly code?: string;
  /** What the user is told of it by mail. */
  readonly notice?: Notice;
}

/** A proof that was accepted. */
export interface AcceptedProof {
  /** What it was accepted for; where it enrolled something, beside which of the user's authenticators. */
  readonly action: OpenAction;
  /** In which state that stands now; null if it is not there. */
  readonly state: string | null;
  readonly earned: Earned;
  readonly enrolled: CompletedEnrolment | undefined;
}

interface Accepting<R extends Route> {
  readonly context: Context;
  readonly request: KeyRequest<R> | ClientRequest<R>;
  readonly route: R;
  readonly action: OpenAction;
  readonly proof: GoodProof;
}

/**
 * Accepts a proof with everything that follows from it, whichever API it came by: in one statement, or in one transaction
 * that holds the user where something of them changes. Undefined if what it uses up was used before; the caller says what
 * that means.
 * @throws {Refusal} if the tenant's own server was asked and did not confirm it: then a code is as good as before.
 * {@link ActionClosed} if the action takes none any more, `invalid_token` if there is nobody to enrol for
 */
export async function acceptProof<R extends Route>(
  context: Context,
  request: KeyRequest<R> | ClientRequest<R>,
  route: R,
  action: OpenAction,
  proof: GoodProof,
): Promise<AcceptedProof | undefined> {
  const counted = asItCounts(proof, action.nowMs);
  const given = { context, request, route, action, proof: isInReview(action) ? withoutGain(counted) : counted };
  return closeConfirmed(given, (confirmation) =>
    changesUser(action, given.proof)
      ? context.db.transaction((sql) => acceptHeld(sql, given, confirmation))
      : acceptAlone(given, confirmation),
  );
}

/** Accepts a proof that is of no user yet: it moves nothing until it is claimed. False if what it uses up was used before. */
export async function acceptUnclaimed<R extends Route>(
  context: Context,
  request: KeyRequest<R>,
  route: R,
  key: ProofKey & { readonly userId: undefined },
  proof: GoodProof,
): Promise<boolean> {
  const { kind } = await recordProof(context.db, {
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
  return kind === 'accepted';
}

/** What a proof leaves while somebody has to look at its action first: it is recorded, and nothing is enrolled or verified. */
function withoutGain({ enrol: _enrolled, contact: _verified, ...proof }: GoodProof): GoodProof {
  return proof;
}

type Outcome = AcceptedProof | Exclude<RecordedProof, { readonly kind: 'accepted' }>;

/** A proof by a held authenticator counts for less, and says nothing of where its user is reached (ruling 41). */
function asItCounts(proof: GoodProof, nowMs: number): GoodProof {
  const counted = countedProof(proof, proof.authenticator, nowMs);
  return counted.held === undefined ? counted : { ...counted, contact: undefined };
}

/** Whether a proof changes more of its user than the authenticator that it is of. */
function changesUser({ row }: OpenAction, { enrol, notice, contact }: GoodProof): boolean {
  return enrol !== undefined || notice !== undefined || withContact(row, contact) !== row;
}

async function acceptAlone<R extends Route>(given: Accepting<R>, confirmation: Confirmation): Promise<Outcome> {
  const { context, action } = given;
  const earned = earnedBy(action, given.proof);
  const recorded = await record(context.db, given, confirmation, { earned });
  if (recorded.kind !== 'accepted') return recorded;
  return { ...standing(action, recorded.state, earned), enrolled: undefined };
}

async function acceptHeld<R extends Route>(
  sql: Sql,
  given: Accepting<R>,
  confirmation: Confirmation,
): Promise<Outcome> {
  const { context, action, proof } = given;
  const { tenantId, userId } = action.key;
  const user = await lockUser(sql, tenantId, userId);
  if (user === undefined) return { kind: 'gone' };
  // What was read before the code was compared may be old.
  const factors = proof.enrol === undefined ? undefined : await settleFactors(sql, context, tenantId, user);
  const held = factors === undefined ? action : holding(context, action, factors, proof);
  const enrolment = proof.enrol?.(held);
  const earned = earnedBy(held, proof);
  const recorded = await record(sql, { ...given, action: held }, confirmation, { earned, enrolment });
  if (recorded.kind !== 'accepted') return recorded;
  if (proof.notice !== undefined) await queueNotice(sql, context, action.tenant, userId, proof.notice);
  if (enrolment !== undefined && factors !== undefined) {
    const enrolled = await completeEnrolment(sql, context, tenantId, factors.user, held.verified, enrolment);
    return { ...standing(held, recorded.state, earned), enrolled };
  }
  // Nobody had to look at it first when it was read.
  const after = recorded.state === 'REVIEW_REQUIRED' ? user : withContact(user, proof.contact);
  if (after !== user) await recordUser(sql, tenantId, after, context.runtime.clock.now());
  return { ...standing(held, recorded.state, earned), enrolled: undefined };
}

/** The action as it stands after a proof, by which what the proof has earned is told. */
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
  const pendingId = proof.isRegistration ? proof.authenticator?.authenticator_id : undefined;
  const { authenticators } = factors;
  const { removed_last_authenticator } = factors.user;
  return {
    ...action,
    row: { ...action.row, removed_last_authenticator },
    verified: authenticators.filter((row) => row.verified_at !== null && row.authenticator_id !== pendingId),
    nowMs: runtime.clock.now(),
  };
}

/**
 * Lets `close` use up a proof, after the tenant's own server has confirmed it where it is to be asked. Where it is not
 * confirmed, a code is as good as before, and its attempt given back. The lease is given back if nothing was closed.
 */
async function closeConfirmed<R extends Route>(
  { context, action, proof }: Accepting<R>,
  close: (confirmation: Confirmation) => Promise<Outcome>,
): Promise<AcceptedProof | undefined> {
  const { tenant, key } = action;
  const { method, assurance, held } = proof;
  const asked = { method, assurance, held, authenticatorId: proof.authenticator?.authenticator_id };
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
      if (!proof.isRegistration) return undefined;
      throw new Refusal('invalid_token', 'The action of this token does not exist any more. Track the action again.');
  }
}

/**
 * What a proof makes forgotten of what its guess was counted for. Nothing where it is by what is held or is to be a successor:
 * whoever planted that could guess at what stands beside it for ever. Nor where it is by what has no count of its own and
 * spends that of a verified authenticator.
 */
function forgottenBy(
  { held, subject, authenticator }: GoodProof,
  enrolled: { readonly authenticator: Pick<AuthenticatorRow, 'held_until'> } | undefined,
): 'failures' | 'waits' | 'nothing' {
  const isHeld = held !== undefined || (enrolled !== undefined && enrolled.authenticator.held_until !== null);
  if (subject === undefined || isHeld) return 'nothing';
  switch (subject.of.kind) {
    case 'authenticator':
      return authenticator?.authenticator_id === subject.of.authenticatorId ? 'failures' : 'nothing';
    case 'unverified':
      return 'waits';
    case 'whole':
      return 'failures';
  }
}

/** Takes back the failure that was counted ahead, where the proof has not made all of them forgotten. It stays a try. */
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

/** Whether a backend has asked for the proof, and no holder of a token. */
function isOfBackend({ kind }: Consumption): boolean {
  return kind === 'answer' || kind === 'claim';
}

function record<R extends Route>(
  sql: Sql,
  { context, request, route, action, proof }: Accepting<R>,
  confirmation: Confirmation,
  { earned, enrolment }: { readonly earned: Earned; readonly enrolment?: Enrolment | undefined },
): Promise<RecordedProof> {
  const { code, method, consume } = proof;
  const authenticatorId = (enrolment?.authenticator ?? proof.authenticator)?.authenticator_id;
  const hmac = code === undefined ? null : proofHmac(action, method, code);
  return recordProof(sql, {
    // What is enrolled is verified when it was proven, to the millisecond.
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
      ...(authenticatorId === undefined ? {} : { authenticatorId }),
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
