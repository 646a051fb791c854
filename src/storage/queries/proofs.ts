import { closedStates } from '../../core/actions/closed-states.ts';
import type { ContactColumns } from '../../core/authenticators/contact.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Sql, SqlValue, Statement } from '../sql.ts';
import { knowDevice } from './actions/actions.ts';
import { isActionWithId } from './actions/named.ts';
import type { ActionKey } from './actions/named.ts';
import type { AuditEvent } from './audit-events.ts';
import { rank, satisfiesDemand } from './demand.ts';
import type { GuessSubject } from './guess-budgets.ts';
import { countMove, talliedColumns } from './tallies.ts';
import { countEntered } from './texts.ts';
import { markedColumns, markSuccess } from './user-marks.ts';

/**
 * What a proof uses up. Each kind is one conditional write, so that of any number of concurrent requests, on any number
 * of nodes, only one succeeds.
 */
export type Consumption =
  /** The counter of the authenticator, which must rise: a time step. */
  | { readonly kind: 'counter'; readonly counter: number }
  /**
   * The signature counter of a key (WebAuthn §7.2 step 22): it must rise if the key cannot leave its device, unless the
   * key does not count. It also closes the challenge, which was spent before.
   */
  | {
      readonly kind: 'signature';
      readonly counter: number;
      readonly isDeviceBound: boolean;
      readonly challengeId: string;
      /** The new state that the method stores of its key. */
      readonly state: Readonly<Record<string, unknown>>;
    }
  /**
   * A code that was sent for a challenge of the action's token, to the authenticator's current contact. `tried` are the
   * challenges at which its guess was spent. It also closes the equally valid ones of the action and method, as a link
   * does.
   */
  | {
      readonly kind: 'code';
      readonly challengeId: string;
      readonly codeHmac: Buffer;
      readonly tried: readonly string[];
      readonly at: ContactColumns;
    }
  /** A request that an app of the authenticator has approved, and that was spent before. */
  | { readonly kind: 'answered'; readonly challengeId: string }
  /** A link that was spent before, sent to the authenticator's current contact. */
  | { readonly kind: 'link'; readonly challengeId: string; readonly at: ContactColumns }
  /**
   * A code that a backend had sent, to the user of its challenge, or without a user yet; `sentAs` is the challenge
   * itself or the row in which the code was sent again. The challenge stores the accepted code.
   */
  | {
      readonly kind: 'answer';
      readonly challengeId: string;
      readonly sentAs: string;
      readonly codeHmac: Buffer;
      readonly tried: readonly string[];
    }
  /** The claim of such a code, which was accepted before the challenge had a user. */
  | { readonly kind: 'claim'; readonly challengeId: string }
  /** A recovery code, by its number and hash. */
  | { readonly kind: 'recoveryCode'; readonly number: number; readonly hash: Buffer }
  /** The approval of a challenge that the authenticator's key has claimed. */
  | { readonly kind: 'approval'; readonly challengeId: string }
  /** Spent before anything was compared: a challenge for a new key. */
  | { readonly kind: 'spent' };

/** What a proof is for: an action of a user, or one that does not exist yet because its user is not known. */
export type ProofKey = ActionKey | (Omit<ActionKey, 'userId'> & { readonly userId: undefined });

export interface Proof {
  readonly key: ProofKey;
  /** Undefined if there is no action yet. */
  readonly actionId: string | undefined;
  /** Whether it enrols an authenticator, which an action in review does not permit. */
  readonly enrols: boolean;
  readonly consume: Consumption;
  readonly method: string;
  /** The authenticator that was proven; null for a recovery code. */
  readonly authenticatorId: string | null;
  readonly assurance: string;
  /** The method under which an authenticator on hold was added; undefined if that does not matter. */
  readonly heldMethod?: string | undefined;
  /**
   * Whether it proves the user. Then the action moves on, if its state permits that and its decision requires nothing
   * more; an untracked action keeps the proof for its track.
   */
  readonly provesUser: boolean;
  /** The lease under which the proof was confirmed; undefined if no webhook was asked. */
  readonly leaseId: string | undefined;
  /**
   * What the action stores about it as the latest proof of its token: the HMAC of a code that may be repeated, and what
   * it earned. Undefined if nothing.
   */
  readonly remembered: { readonly proofHmac: Buffer | null; readonly earned: object } | undefined;
  /** The subject whose failures of the method are cleared; undefined for none. */
  readonly subject: GuessSubject | undefined;
  readonly audit: AuditEvent;
  /** Earlier than now if its user was not known when the proof was made. */
  readonly provenAtMs: number;
  readonly nowMs: number;
}

// $1 to $4 the action's key, $5 method, $6 authenticator, $7 assurance, $8 whether it proves the user, $9 HMAC of the
// code, $10 time, $11 to $16 the audit event, $17 the lease, $18 the subject whose failures are cleared, $19 what the
// action stores as earned, or null if it stores nothing, $20 what an untracked action keeps of the proof, $21 the action's id, $22 whether
// it enrols, $23 the method under which an authenticator on hold was added; then what is consumed.
const closedStateList = closedStates.map((state) => `'${state}'`).join(', ');
const isHeld = '($2::text is null or exists (select from held where may_accept))';
// The best one is kept.
const bestAssurance = `case when coalesce(${rank('best_assurance')}, 0) < ${rank('$7::text')} then $7 else best_assurance end`;

// The authenticator still has the contact that the message was sent to.
const isStillThere = (email: string, phoneNumber: string) => `exists (
         select from authenticators a where a.tenant_id = $1 and a.user_id = $2 and a.authenticator_id = $6
           and a.email is not distinct from ${email}::text and a.phone_number is not distinct from ${phoneNumber}::text
       )`;

const consumptions: Readonly<Record<Consumption['kind'], string>> = {
  counter: `update authenticators set counter = $24, last_verified_at = $10, verified_at = coalesce(verified_at, $10)
     where tenant_id = $1 and user_id = $2 and authenticator_id = $6 and (counter is null or counter < $24) and ${isHeld}
     returning 1`,
  signature: `update authenticators set counter = greatest(coalesce(counter, 0), $24), state = state || $26::jsonb,
       last_verified_at = $10, best_assurance = ${bestAssurance}
     where tenant_id = $1 and user_id = $2 and authenticator_id = $6 and verified_at is not null
       and ($24 > coalesce(counter, 0) or ($24 = 0 and coalesce(counter, 0) = 0) or not $25::boolean) and ${isHeld}
     returning 1`,
  code: `update challenges set verified_at = $10
     where tenant_id = $1 and challenge_id = $24 and user_id = $2 and code_hmac = $25
       and verified_at is null and expires_at > $10 and ${isHeld} and ${isStillThere('$26', '$27')}
     returning 1`,
  link: `update challenges set verified_at = $10
     where tenant_id = $1 and challenge_id = $24 and user_id = $2 and spent_at is not null
       and verified_at is null and ${isHeld} and ${isStillThere('$25', '$26')}
     returning 1`,
  answered: `update challenges set verified_at = $10
     where tenant_id = $1 and challenge_id = $24 and user_id = $2 and spent_at is not null and verified_at is null
       and ${isHeld} and exists (
         select from authenticators a where a.tenant_id = $1 and a.user_id = $2 and a.authenticator_id = $6
           and a.verified_at is not null
       )
     returning 1`,
  answer: `update challenges c set verified_at = $10, code_hmac = $25, code_length = sent.code_length
     from challenges sent
     where c.tenant_id = $1 and c.challenge_id = $24 and c.user_id is not distinct from $2 and c.verified_at is null
       and sent.tenant_id = $1 and sent.challenge_id = $26 and sent.code_hmac = $25 and sent.expires_at > $10 and ${isHeld}
     returning 1`,
  claim: `update challenges set user_id = $2, idempotency_key = $4, claimed_at = $10
     where tenant_id = $1 and challenge_id = $24 and action_code = $3
       and (user_id is null or (user_id = $2 and idempotency_key = $4))
       and verified_at is not null and claimed_at is null and ${isHeld}
     returning 1`,
  recoveryCode: `update recovery_codes set used_at = $10
     where tenant_id = $1 and user_id = $2 and code_number = $24 and code_hash = $25 and used_at is null and ${isHeld}
     returning 1`,
  approval: `update challenges set verified_at = $10
     where tenant_id = $1 and challenge_id = $24 and user_id = $2 and verification_method = $5 and claimed_by = $6
       and verified_at is null and spent_at is null and expires_at > $10 and ${isHeld} and exists (
         select from authenticators a where a.tenant_id = $1 and a.user_id = $2 and a.authenticator_id = $6
           and a.verified_at is not null
       )
     returning 1`,
  spent: `select 1 where ${isHeld}`,
};

const ifMoved = (moved: string, column: string) => `case when j.moves then ${moved} else a.${column} end`;

const touched = `, touched as (
     update authenticators set last_verified_at = $10, verified_at = coalesce(verified_at, $10),
       best_assurance = ${bestAssurance}
     where tenant_id = $1 and user_id = $2 and authenticator_id = $6 and exists (select from consumed)
   )`;

const others = `, others as (
     update challenges set verified_at = $10, state = state || ('{"closedBy":"' || $24::uuid::text || '"}')::jsonb
     where tenant_id = $1 and user_id = $2 and action_code = $3 and idempotency_key = $4 and verification_method = $5
       and challenge_id <> $24 and authenticator_id is not null and verified_at is null and expires_at > $10
       and exists (select from consumed)
   )`;

const closed = `, closed as (
     update challenges set verified_at = $10, user_id = coalesce(user_id, $2)
     where tenant_id = $1 and challenge_id = $27 and exists (select from consumed)
   )`;

// What follows from a kind of consumption, in addition to what follows from all kinds.
const sequels: Readonly<Record<Consumption['kind'], string>> = {
  counter: '',
  signature: closed,
  code: touched + others + countEntered('$24', '$10'),
  link: touched + others,
  answered: touched,
  // A proof that a backend requested does not change the authenticator's own times.
  answer: countEntered('$26', '$10'),
  claim: '',
  recoveryCode: touched,
  approval: touched,
  spent: touched,
};

interface StoredResult {
  readonly isAccepted: boolean;
  /** Null if there is no such action, or none is named. */
  readonly mayAccept: boolean | null;
  readonly hasLease: boolean | null;
  readonly state: string | null;
}

function proofStatement(kind: Consumption['kind']): Statement<StoredResult> {
  return statement(
    `record_proof_${kind}`,
    `with held as (
     -- Locked first, by its id, so that its state cannot change until all of this is written (ruling 42).
     select a.*, state not in (${closedStateList}) and (state <> 'REVIEW_REQUIRED' or not $22) and has_lease as may_accept
     from (
       select ${talliedColumns('a')}, $17::uuid is null or (lease_id is not distinct from $17 and state in ('ALLOW', 'CHALLENGE_REQUIRED')) as has_lease
       from actions_by_month a
       where ${isActionWithId('a', '$21')}
       for update
     ) as a
   ), consumed as (${consumptions[kind]})${sequels[kind]}, proven as (
     update actions_by_month a set
       proof_method = case when $19::json is null then proof_method else $5 end,
       proof_hmac = case when $19 is null then proof_hmac else $9 end,
       -- Nothing is earned while a person has to review the action first (ruling 42).
       proof_earned = case when $19 is null then proof_earned when a.state <> 'REVIEW_REQUIRED' then $19
         else ('{"scope":"","isRecovered":false,"answered":"read:authenticators","atMs":' || ($19 ->> 'atMs') || '}')::json end,
       proofs = case when $8 and (not a.is_tracked or a.state = 'REVIEW_REQUIRED') then coalesce(a.proofs, '{}') || $20::jsonb
         else a.proofs end,
       (
         state, verification_method, verified_by_authenticator_id, assurance, state_updated_at, updated_at, verified_at,
         lease_id, lease_until
       ) = (
         select ${ifMoved("'CHALLENGE_SUCCEEDED'", 'state')}, ${ifMoved('$5::text', 'verification_method')},
           ${ifMoved('$6::uuid', 'verified_by_authenticator_id')}, ${ifMoved('$7::text', 'assurance')},
           ${ifMoved('$10::timestamptz', 'state_updated_at')}, ${ifMoved('$10::timestamptz', 'updated_at')},
           ${ifMoved('$10::timestamptz', 'verified_at')},
           case when not j.moves then nullif(a.lease_id, $17::uuid) end, ${ifMoved('null', 'lease_until')}
         -- Judged by the current decision, whichever was read before. The offset ensures that it is evaluated only
         -- once.
         from (
           select $8 and a.state in ('ALLOW', 'CHALLENGE_REQUIRED') and a.decision ->> 'isAwaitingTrack' is null
             and ${satisfiesDemand('a.decision', '$5::text', '$7::text', '$23::text')} as moves
           offset 0
         ) as j
       )
     where tenant_id = $1 and action_id = $21 and action_code = $3 and exists (select from held) and exists (select from consumed)
     returning ${markedColumns('a')}
   ), ${countMove('held', 'proven', '$11')}, device as (${knowDevice('proven', '$10')}), ${markSuccess('proven', '$10')}, budget as (
     update guess_budgets set failures_since_reset = 0, failures_since_success = 0, next_try_at = $10
     where tenant_id = $1 and subject = $18 and verification_method = $5 and exists (select from consumed)
   ), event as (
     insert into audit_events (tenant_id, event_id, happened_at, actor, event_type, user_id, request_id, data)
     select $1, $11::uuid, $12::timestamptz, $13::jsonb, $14::text, $2, $15::text, $16::jsonb from consumed
     returning tenant_id, event_id
   ), queued as (
     insert into audit_unlinked (tenant_id, event_id) select tenant_id, event_id from event on conflict do nothing
   )
   select exists (select from consumed) as is_accepted, (select may_accept from held) as may_accept,
     (select has_lease from held) as has_lease, coalesce((select state from proven), (select state from held)) as state`,
    'writes',
  );
}

const statements: Readonly<Record<Consumption['kind'], Statement<StoredResult>>> = {
  counter: proofStatement('counter'),
  signature: proofStatement('signature'),
  code: proofStatement('code'),
  link: proofStatement('link'),
  answered: proofStatement('answered'),
  answer: proofStatement('answer'),
  claim: proofStatement('claim'),
  recoveryCode: proofStatement('recoveryCode'),
  approval: proofStatement('approval'),
  spent: proofStatement('spent'),
};

/** The result of recording a proof. */
export type RecordedProof =
  /** The state of the action now; null if there is no action. */
  | { readonly kind: 'accepted'; readonly state: string | null }
  /** The state of the action no longer permits this kind of proof. */
  | { readonly kind: 'closed'; readonly state: string }
  /** `gone`: the action was deleted, even if another one has the same key now. */
  | { readonly kind: 'used' | 'lost lease' | 'gone' };

/**
 * Accepts a proof with everything that follows from it, in one statement: what is one-time is used up, the action moves
 * to CHALLENGE_SUCCEEDED if its state is ALLOW or CHALLENGE_REQUIRED and it requires nothing more (ruling 9), the
 * authenticator is verified, the failures of its method are cleared, and the audit event is written. Nothing is written
 * if it was used up before, if the lease was lost, or if the action is gone or its state no longer permits it
 * (ruling 42).
 */
export async function recordProof(sql: Sql, proof: Proof): Promise<RecordedProof> {
  const { key, consume, audit } = proof;
  const [row] = await sql.query(statements[consume.kind], [
    key.tenantId,
    key.userId ?? null,
    key.actionCode,
    key.idempotencyKey,
    proof.method,
    proof.authenticatorId,
    proof.assurance,
    proof.provesUser,
    proof.remembered?.proofHmac ?? null,
    sqlTime(proof.nowMs),
    audit.eventId,
    sqlTime(audit.happenedAtMs),
    JSON.stringify(audit.actor),
    audit.eventType,
    audit.requestId ?? null,
    JSON.stringify(audit.data),
    proof.leaseId ?? null,
    proof.subject?.subject ?? null,
    proof.remembered === undefined ? null : JSON.stringify(proof.remembered.earned),
    JSON.stringify(keptProof(proof)),
    proof.actionId ?? null,
    proof.enrols,
    proof.heldMethod ?? null,
    ...consumedValues(consume),
  ]);
  if (row?.isAccepted === true) return { kind: 'accepted', state: row.state };
  if (key.userId === undefined || row?.mayAccept === true) return { kind: 'used' };
  if (row === undefined || row.state === null) return { kind: 'gone' };
  return row.hasLease === false ? { kind: 'lost lease' } : { kind: 'closed', state: row.state };
}

/** What an untracked action keeps for its track to judge: the latest proof of each method and assurance. */
function keptProof({ method, assurance, heldMethod, authenticatorId, provenAtMs, leaseId }: Proof): object {
  const name = [method, assurance, ...(heldMethod === undefined ? [] : [heldMethod])].join(':');
  const provenAt = sqlTime(provenAtMs);
  const isConfirmed = leaseId !== undefined;
  return { [name]: { method, assurance, heldMethod: heldMethod ?? null, authenticatorId, provenAt, isConfirmed } };
}

function consumedValues(consume: Consumption): readonly SqlValue[] {
  switch (consume.kind) {
    case 'counter':
      return [consume.counter];
    case 'signature':
      return [consume.counter, consume.isDeviceBound, JSON.stringify(consume.state), consume.challengeId];
    case 'code':
      return [consume.challengeId, consume.codeHmac, consume.at.email, consume.at.phoneNumber];
    case 'answer':
      return [consume.challengeId, consume.codeHmac, consume.sentAs];
    case 'link':
      return [consume.challengeId, consume.at.email, consume.at.phoneNumber];
    case 'claim':
    case 'answered':
    case 'approval':
      return [consume.challengeId];
    case 'recoveryCode':
      return [consume.number, consume.hash];
    case 'spent':
      return [];
  }
}
