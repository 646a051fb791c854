import type { OwnAuthenticator, VerifyReply } from '../../contract/client/values.ts';
import { Refusal } from '../../contract/errors.ts';
import type { Route } from '../../contract/route.ts';
import type { Notice } from '../../core/notices/notice.ts';
import { hmacSha256, digestsEqual } from '../../runtime/crypto.ts';
import { loadAuthenticators, takeSlot } from '../../storage/queries/authenticators.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import { giveBackAttempt } from '../../storage/queries/guess-budgets.ts';
import type { GuessSubject } from '../../storage/queries/guess-budgets.ts';
import { recordProof } from '../../storage/queries/proofs.ts';
import type { Consumption } from '../../storage/queries/proofs.ts';
import { revokeUserSessionRows } from '../../storage/queries/sessions.ts';
import { loadTokenAction } from '../../storage/queries/token-actions.ts';
import { lockUser, recordUser } from '../../storage/queries/users.ts';
import type { UserRow } from '../../storage/queries/users.ts';
import type { Sql } from '../../storage/sql.ts';
import { confirmByWebhook, forgoConfirmation, lostLease } from '../confirm-by-webhook.ts';
import type { Confirmation } from '../confirm-by-webhook.ts';
import { issueActionToken } from '../issue-action-token.ts';
import type { ClientRequest, Context, TokenRequest } from '../operation.ts';
import { queueNotice } from '../queue-notice.ts';
import { auditEvent } from '../record-audit.ts';
import { guessSubject } from './guess.ts';
import type { OpenAction } from './open-action.ts';
import { ownAuthenticatorView } from './own-authenticator-view.ts';
import { isFirstEnrolment, moves, requireScope, scopeAfter } from './permit.ts';
import type { ProofStrength } from './permit.ts';

/** A proof that has been compared and found good. */
export interface GoodProof extends ProofStrength {
  readonly consume: Consumption;
  /** The authenticator that it is of; undefined for a recovery code. */
  readonly authenticator: AuthenticatorRow | undefined;
  /** What else the audit log is told. */
  readonly remarks?: Readonly<Record<string, unknown>>;
  /** The code that was given, where the very same request may be answered again (ruling 16). */
  readonly code?: string;
  /** What the user is told of it by mail. */
  readonly notice?: Notice;
}

/**
 * Accepts a proof of an authenticator that the user has: with everything that follows from it, in one statement. Undefined
 * if what it uses up was used before; the caller says what that means.
 */
export async function acceptProof<R extends Route>(
  context: Context,
  request: ClientRequest<R>,
  route: R,
  action: OpenAction,
  proof: GoodProof,
): Promise<(VerifyReply & { readonly accessToken: string }) | undefined> {
  const { tenantId, userId } = action.key;
  const { authenticator, notice } = proof;
  const provesContact = authenticator !== undefined && isNewsOfContact(action, authenticator);
  const isAccepted = await closeConfirmed(context, action, proof, false, (leaseId) =>
    notice === undefined && !provesContact
      ? record(context.db, context, request, route, action, proof, false, leaseId)
      : context.db.transaction(async (sql) => {
          const user = await lockUser(sql, tenantId, userId);
          if (user === undefined) return false;
          if (!(await record(sql, context, request, route, action, proof, false, leaseId))) return false;
          if (notice !== undefined) await queueNotice(sql, context, action.tenant, userId, notice);
          if (provesContact) {
            await recordUser(sql, tenantId, withContact(user, authenticator), context.runtime.clock.now());
          }
          return true;
        }),
  );
  return isAccepted ? { isVerified: true, accessToken: proofToken(context, action, proof, false) } : undefined;
}

/**
 * Accepts the proof that completes an enrolment: the authenticator is verified, takes the place of the one that it
 * replaces, and brings its contact to the user.
 * @throws {Refusal} `insufficient_scope` if the user has got their first authenticator by another request meanwhile
 */
export async function acceptEnrolment<R extends Route>(
  context: Context,
  request: TokenRequest<R>,
  route: R,
  action: OpenAction,
  proof: GoodProof & {
    readonly authenticator: AuthenticatorRow;
    /** Stores an authenticator that is not there yet, beside the verified ones that are. */
    readonly add?: (sql: Sql, others: readonly AuthenticatorRow[]) => Promise<void>;
  },
): Promise<(VerifyReply & { readonly accessToken: string; readonly userAuthenticator: OwnAuthenticator }) | undefined> {
  const { tenantId, userId } = action.key;
  const { authenticator_id: authenticatorId } = proof.authenticator;
  const nowMs = context.runtime.clock.now();
  const enrol = async (sql: Sql, leaseId: Confirmation) => {
    const user = await lockUser(sql, tenantId, userId);
    if (user === undefined) throw new Refusal('invalid_token', 'The user of this token does not exist any more.');
    const others = (await loadAuthenticators(sql, tenantId, userId)).filter(
      (row) => row.verified_at !== null && row.authenticator_id !== authenticatorId,
    );
    // What was read before the code was compared may be old: nobody gets a second authenticator by a race (A11).
    const mayReEnrol = !user.removed_last_authenticator || action.tenant.settings.inlineReEnrolment;
    if (others.length > 0 || !mayReEnrol) requireScope(action, 'add:authenticators');
    // Whether it is the first is what it is now, not what it was when the ceremony began.
    const now = { ...action, verified: others };
    await proof.add?.(sql, others);
    if (!(await record(sql, context, request, route, now, proof, true, leaseId))) {
      // Thrown, so that what was stored a moment ago goes too: nobody has confirmed it.
      if (proof.add !== undefined) throw lostLease();
      return undefined;
    }
    const notice = { type: 'authenticator-added', verificationMethod: proof.method } as const;
    await queueNotice(sql, context, action.tenant, userId, notice, authenticatorId);
    // Whoever held the factor that was replaced may hold a session that it began (ASVS 7.4.3).
    if (await takeSlot(sql, tenantId, userId, authenticatorId))
      await revokeUserSessionRows(sql, tenantId, userId, nowMs);
    // What takes another's place is the user's default if that was.
    const { default_authenticator_id: earlierDefault } = user;
    const isKept = others.some((row) => row.authenticator_id === earlierDefault && !isReplacedBy(row, proof));
    const isDefault = others.length === 0 || (earlierDefault !== null && !isKept);
    const defaultId = isDefault ? authenticatorId : earlierDefault;
    await recordUser(
      sql,
      tenantId,
      { ...withContact(user, proof.authenticator), default_authenticator_id: defaultId },
      nowMs,
    );
    return { now, defaultId };
  };
  const completed = await closeConfirmed(context, action, proof, true, (leaseId) =>
    context.db.transaction((sql) => enrol(sql, leaseId)),
  );
  if (completed === undefined) return undefined;
  const { now, defaultId } = completed;
  const authenticator = { ...proof.authenticator, verified_at: nowMs, last_verified_at: nowMs };
  return {
    isVerified: true,
    accessToken: proofToken(context, now, proof, true),
    userAuthenticator: ownAuthenticatorView(context.enrichment, authenticator, defaultId),
  };
}

/**
 * Lets `close` use up a proof, after the tenant's own server has confirmed it where it is to be asked. Where it is not
 * confirmed, a code is as good as before, and its attempt given back. The lease is given back if nothing was closed.
 */
async function closeConfirmed<Closed>(
  context: Context,
  action: OpenAction,
  proof: GoodProof,
  isRegistration: boolean,
  close: (leaseId: Confirmation) => Promise<Closed>,
): Promise<Closed> {
  const { tenant, key } = action;
  if (!moves(action, proof, isRegistration)) return close(null);
  const { method, assurance, consume } = proof;
  const asked = { method, assurance, authenticatorId: proof.authenticator?.authenticator_id };
  const leaseId = await confirmByWebhook(context, tenant, key, asked).catch(async (error: unknown) => {
    if (error instanceof Refusal && consume.kind !== 'spent' && consume.kind !== 'link') {
      const challengeId = consume.kind === 'code' ? consume.challengeId : undefined;
      await giveBackAttempt(context.db, guessSubject(action, method), challengeId);
    }
    throw error;
  });
  let closed: Closed | undefined;
  try {
    closed = await close(leaseId);
    return closed;
  } finally {
    if (closed === undefined || closed === false) await forgoConfirmation(context, key, leaseId);
  }
}

function record<R extends Route>(
  sql: Sql,
  context: Context,
  request: ClientRequest<R>,
  route: R,
  action: OpenAction,
  proof: GoodProof,
  isRegistration: boolean,
  leaseId: Confirmation,
): Promise<boolean> {
  return recordProof(sql, {
    key: action.key,
    consume: proof.consume,
    method: proof.method,
    authenticatorId: proof.authenticator?.authenticator_id ?? null,
    assurance: proof.assurance,
    moves: leaseId !== null && moves(action, proof, isRegistration),
    leaseId: leaseId ?? undefined,
    proofHmac: proof.code === undefined ? null : proofHmac(action, proof.method, proof.code),
    audit: auditEvent(context, route, request, action.key.userId, {
      verificationMethod: proof.method,
      assurance: proof.assurance,
      ...(proof.authenticator === undefined ? {} : { authenticatorId: proof.authenticator.authenticator_id }),
      ...(isRegistration ? { enrolled: true, isFirst: isFirstEnrolment(action) } : {}),
      ...proof.remarks,
    }),
    nowMs: context.runtime.clock.now(),
  });
}

/**
 * Answers a request again that brings the very code which this action accepted last, by the same method (ruling 16): its
 * answer may have been lost. It earns what it earned then and for no longer, so that nobody stays by asking again and again.
 * The attempt is given back. Undefined for any other code.
 */
export async function repeatProof(
  context: Context,
  action: OpenAction,
  given: ProofStrength & { readonly code: string },
  subject: GuessSubject,
): Promise<VerifyReply | undefined> {
  const now = await loadTokenAction(context.db, action.key);
  const isRepeat =
    now?.proof_method === given.method &&
    now.proof_hmac !== null &&
    digestsEqual(now.proof_hmac, proofHmac(action, given.method, given.code));
  if (!isRepeat) return undefined;
  const verified = now.authenticators.filter((row) => row.verified_at !== null);
  const proven = verified.find((row) => row.verification_method === given.method);
  const { tokenDurationInMinutes } = action.tenant.settings;
  const leftMs = (proven?.last_verified_at ?? 0) + tokenDurationInMinutes * 60_000 - context.runtime.clock.now();
  if (proven === undefined || leftMs < 1_000) return undefined;
  // Proven once, when it was enrolled: that was no proof of the user, unless it was their first.
  const isRegistration = proven.verified_at === proven.last_verified_at;
  const before = { ...action, verified: isRegistration ? verified.filter((row) => row !== proven) : verified };
  await giveBackAttempt(context.db, subject);
  const accessToken = proofToken(context, before, given, isRegistration, Math.floor(leftMs / 1_000));
  return { isVerified: true, accessToken };
}

/** A token for the same action, with the scopes that the proof earns; it lives as the tenant configured, unless told. */
export function proofToken(
  context: Context,
  action: OpenAction,
  proof: ProofStrength,
  isRegistration: boolean,
  lifetimeSeconds?: number,
): string {
  const { userId, actionCode, idempotencyKey } = action.key;
  return issueActionToken(context, action.tenant, {
    userId,
    actionCode,
    idempotencyKey,
    actionId: action.token.actionId,
    scope: scopeAfter(action, proof, isRegistration),
    ...(lifetimeSeconds === undefined ? {} : { lifetimeSeconds }),
  });
}

function proofHmac({ tenant, token }: OpenAction, method: string, code: string): Buffer {
  return hmacSha256(tenant.codeKey, JSON.stringify(['proof', token.actionId, method, code]));
}

/** Whether an authenticator has lost its place to the one that was proven: a user has one of its method. */
function isReplacedBy(row: AuthenticatorRow, { method, authenticator }: GoodProof): boolean {
  return row.verification_method === method && row.slot === '' && authenticator?.slot === 'pending';
}

/** Whether the proof of an authenticator tells something new of the user's address. */
function isNewsOfContact({ row }: OpenAction, { email }: AuthenticatorRow): boolean {
  return email !== null && !row.email_verified && (row.email === null || row.email === email);
}

/** The user with the proven contact as their own, if they had none or it is theirs. */
function withContact(user: UserRow, { email, phone_number: phone }: AuthenticatorRow): UserRow {
  return {
    ...user,
    removed_last_authenticator: false,
    ...(email !== null && (user.email === null || user.email === email) ? { email, email_verified: true } : {}),
    ...(phone !== null && (user.phone_number === null || user.phone_number === phone)
      ? { phone_number: phone, phone_number_verified: true }
      : {}),
  };
}
