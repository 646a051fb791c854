import { closedStates } from '../../core/actions/closed-states.ts';
import type { ContactColumns } from '../../core/authenticators/contact.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Sql, SqlValue, Statement } from '../sql.ts';
import { knowDevice } from './actions.ts';
import type { ActionKey } from './actions.ts';
import type { AuditEvent } from './audit-events.ts';
import { isOfUser } from './departed-users.ts';
import { rank, satisfiesDemand } from './demand.ts';
import type { GuessSubject } from './guess-budgets.ts';

/**
 * The one-time thing that a proof uses up. Each is one conditional write, so that of any number of requests at once, on
 * any number of nodes, one has it.
 */
export type Consumption =
  /** The counter of the authenticator, which must rise: a time step. */
  | { readonly kind: 'counter'; readonly counter: number }
  /**
   * The signature counter of a key (WebAuthn §7.2 step 22): it must rise where the key cannot leave its device, unless it
   * counts nothing. The challenge, spent before, is closed with it.
   */
  | {
      readonly kind: 'signature';
      readonly counter: number;
      readonly isDeviceBound: boolean;
      readonly challengeId: string;
      /** What the method keeps anew of its key. */
      readonly state: Readonly<Record<string, unknown>>;
    }
  /**
   * A code that was sent for a challenge of the action's token, to where the authenticator still is. `tried` are the
   * challenges at which its guess was spent. Those of the action and method that are as good are closed with it, as with a
   * link.
   */
  | {
      readonly kind: 'code';
      readonly challengeId: string;
      readonly codeHmac: Buffer;
      readonly tried: readonly string[];
      readonly at: ContactColumns;
    }
  /** A link that was spent before, to where the authenticator still is. */
  | { readonly kind: 'link'; readonly challengeId: string; readonly at: ContactColumns }
  /**
   * A code that a backend had sent, to the user who is known of its challenge, or to nobody yet; `sentAs` is the challenge's
   * own or one in which it was sent again. The challenge keeps the code that was accepted.
   */
  | {
      readonly kind: 'answer';
      readonly challengeId: string;
      readonly sentAs: string;
      readonly codeHmac: Buffer;
      readonly tried: readonly string[];
    }
  /** The claim of such a code, which was accepted while it was nobody's. */
  | { readonly kind: 'claim'; readonly challengeId: string }
  /** A recovery code, by its number and hash. */
  | { readonly kind: 'recoveryCode'; readonly number: number; readonly hash: Buffer }
  /** Spent before anything was compared: a challenge for a new key. */
  | { readonly kind: 'spent' };

/** What a proof is for: an action of a user, or one that waits for its user to be named, and is not there yet. */
export type ProofKey = ActionKey | (Omit<ActionKey, 'userId'> & { readonly userId: undefined });

export interface Proof {
  readonly key: ProofKey;
  /** Undefined where there is no action yet. */
  readonly actionId: string | undefined;
  /** Whether an authenticator is enrolled by it, which an action in review does not permit. */
  readonly enrols: boolean;
  readonly consume: Consumption;
  readonly method: string;
  /** The authenticator that was proven; null for a recovery code. */
  readonly authenticatorId: string | null;
  readonly assurance: string;
  /** Under which method a held authenticator was added; undefined where that says nothing. */
  readonly heldMethod?: string | undefined;
  /**
   * Whether it shows who the user is. Then the action moves, if it stands where it can and its decision asks for no more; one
   * that is not tracked keeps the proof for its track.
   */
  readonly provesUser: boolean;
  /** The lease that the proof was confirmed under; undefined where nobody was asked. */
  readonly leaseId: string | undefined;
  /**
   * What the action remembers of it as the latest proof of its token: the HMAC of a code that may be repeated, and what was
   * earned with it. Undefined if nothing.
   */
  readonly remembered: { readonly proofHmac: Buffer | null; readonly earned: object } | undefined;
  /** Where failures of the method are forgotten; undefined where nothing is. */
  readonly subject: GuessSubject | undefined;
  readonly audit: AuditEvent;
  /** Earlier than now where nobody knew whose it is when it was given. */
  readonly provenAtMs: number;
  readonly nowMs: number;
}

// $1 to $4 the action's key, $5 method, $6 authenticator, $7 assurance, $8 whether it proves the user, $9 HMAC of the
// code, $10 time, $11 to $16 the audit event, $17 the lease, $18 which failures are forgotten, $19 what the action remembers as earned, or
// null if it remembers nothing, $20 when it was given, $21 the action's id, $22 whether it enrols, $23 under which method a
// held authenticator was added; then what is consumed.
const closedStateList = closedStates.map((state) => `'${state}'`).join(', ');
const isHeld = '($2::text is null or exists (select from held where may_accept))';
// The best one is kept.
const bestAssurance = `case when coalesce(${rank('best_assurance')}, 0) < ${rank('$7::text')} then $7 else best_assurance end`;

// The authenticator is where it was when that was found to be the contact that the message went to.
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
  spent: `select 1 where ${isHeld}`,
};

const ifMoved = (moved: string, column: string) => `case when j.moves then ${moved} else a.${column} end`;

const touched = `, touched as (
     update authenticators set last_verified_at = $10, verified_at = coalesce(verified_at, $10),
       best_assurance = ${bestAssurance}
     where tenant_id = $1 and user_id = $2 and authenticator_id = $6 and exists (select from consumed)
   )`;

const others = `, others as (
     update challenges set verified_at = $10, state = state || jsonb_build_object('closedBy', $24::uuid)
     where tenant_id = $1 and user_id = $2 and action_code = $3 and idempotency_key = $4 and verification_method = $5
       and challenge_id <> $24 and authenticator_id is not null and verified_at is null and expires_at > $10
       and exists (select from consumed)
   )`;

const closed = `, closed as (
     update challenges set verified_at = $10, user_id = coalesce(user_id, $2)
     where tenant_id = $1 and challenge_id = $27 and exists (select from consumed)
   )`;

// What follows of a consumption beyond what follows of all.
const sequels: Readonly<Record<Consumption['kind'], string>> = {
  counter: '',
  signature: closed,
  code: touched + others,
  link: touched + others,
  // What a backend has asked for leaves the authenticator's own times as they are.
  answer: '',
  claim: '',
  recoveryCode: touched,
  spent: touched,
};

interface StoredResult {
  readonly is_accepted: boolean;
  /** Null where there is no such action, or none is named. */
  readonly may_accept: boolean | null;
  readonly has_lease: boolean | null;
  readonly state: string | null;
}

function proofStatement(kind: Consumption['kind']): Statement<StoredResult> {
  return statement(
    `record_proof_${kind}`,
    `with held as (
     -- Locked first, by its id: what it is then, it is until all of this is written (ruling 42).
     select state, state not in (${closedStateList}) and (state <> 'REVIEW_REQUIRED' or not $22) and has_lease as may_accept, has_lease
     from (
       select state, $17::uuid is null or (lease_id is not distinct from $17 and state in ('ALLOW', 'CHALLENGE_REQUIRED')) as has_lease
       from actions
       where ${isOfUser('actions')} and action_code = $3 and idempotency_key = $4 and action_id = $21
       for update
     ) as a
   ), consumed as (${consumptions[kind]})${sequels[kind]}, proven as (
     update actions a set
       proof_method = case when $19::json is null then proof_method else $5 end,
       proof_hmac = case when $19 is null then proof_hmac else $9 end,
       -- Nothing is earned while somebody has to look at it first (ruling 42).
       proof_earned = case when $19 is null then proof_earned when a.state <> 'REVIEW_REQUIRED' then $19
         else json_build_object('scope', '', 'isRecovered', false, 'answered', 'read:authenticators', 'atMs', $19 -> 'atMs') end,
       proofs = case when $8 and (not a.is_tracked or a.state = 'REVIEW_REQUIRED') then coalesce(a.proofs, '{}') || jsonb_build_object(
         $5::text || ':' || $7::text || coalesce(':' || $23::text, ''),
         jsonb_build_object('method', $5::text, 'assurance', $7::text, 'heldMethod', $23::text,
           'authenticatorId', $6::uuid, 'provenAt', $20::timestamptz, 'isConfirmed', $17::uuid is not null)
       ) else a.proofs end,
       (
         state, verification_method, verified_by_authenticator_id, assurance, state_updated_at, updated_at, verified_at,
         lease_id, lease_until
       ) = (
         select ${ifMoved("'CHALLENGE_SUCCEEDED'", 'state')}, ${ifMoved('$5::text', 'verification_method')},
           ${ifMoved('$6::uuid', 'verified_by_authenticator_id')}, ${ifMoved('$7::text', 'assurance')},
           ${ifMoved('$10::timestamptz', 'state_updated_at')}, ${ifMoved('$10::timestamptz', 'updated_at')},
           ${ifMoved('$10::timestamptz', 'verified_at')},
           case when not j.moves then nullif(a.lease_id, $17::uuid) end, ${ifMoved('null', 'lease_until')}
         -- Judged by the decision that stands now, whichever was read before; once, for which the offset is.
         from (
           select $8 and a.state in ('ALLOW', 'CHALLENGE_REQUIRED') and a.decision ->> 'isAwaitingTrack' is null
             and ${satisfiesDemand('a.decision', '$5::text', '$7::text', '$23::text')} as moves
           offset 0
         ) as j
       )
     where tenant_id = $1 and user_id = $2 and action_code = $3 and idempotency_key = $4
       and exists (select from consumed)
     returning tenant_id, user_id, device_id, state, verified_at
   ), device as (${knowDevice('proven', '$10')}), budget as (
     update guess_budgets set failures_since_reset = 0, failures_since_success = 0, next_try_at = $10
     where tenant_id = $1 and subject = $18 and verification_method = $5 and exists (select from consumed)
   ), event as (
     insert into audit_events (tenant_id, event_id, happened_at, actor, event_type, user_id, request_id, data)
     select $1, $11::uuid, $12::timestamptz, $13::jsonb, $14::text, $2, $15::text, $16::jsonb from consumed
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
  answer: proofStatement('answer'),
  claim: proofStatement('claim'),
  recoveryCode: proofStatement('recoveryCode'),
  spent: proofStatement('spent'),
};

/** What became of a proof. */
export type RecordedProof =
  /** In which state the action stands now; null where there is none. */
  | { readonly kind: 'accepted'; readonly state: string | null }
  /** The action stands where nothing of this kind is accepted any more. */
  | { readonly kind: 'closed'; readonly state: string }
  /** Gone is an action that was deleted, also where another has its names now. */
  | { readonly kind: 'used' | 'lost lease' | 'gone' };

/**
 * Accepts a proof with everything that follows from it, in one statement: what is one-time is used up, the action moves to
 * CHALLENGE_SUCCEEDED if it stands at ALLOW or CHALLENGE_REQUIRED and asks for no more (ruling 9), the authenticator is verified, the failures
 * of its method are forgotten, the audit event is left. Nothing of it if the one-time thing was used before, the lease is not
 * held any more, or the action is gone or stands where nothing is accepted (ruling 42).
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
    sqlTime(proof.provenAtMs),
    proof.actionId ?? null,
    proof.enrols,
    proof.heldMethod ?? null,
    ...consumedValues(consume),
  ]);
  if (row?.is_accepted === true) return { kind: 'accepted', state: row.state };
  if (key.userId === undefined || row?.may_accept === true) return { kind: 'used' };
  if (row === undefined || row.state === null) return { kind: 'gone' };
  return row.has_lease === false ? { kind: 'lost lease' } : { kind: 'closed', state: row.state };
}

function consumedValues(consume: Consumption): readonly SqlValue[] {
  switch (consume.kind) {
    case 'counter':
      return [consume.counter];
    case 'signature':
      return [consume.counter, consume.isDeviceBound, JSON.stringify(consume.state), consume.challengeId];
    case 'code':
      return [consume.challengeId, consume.codeHmac, consume.at.email, consume.at.phone_number];
    case 'answer':
      return [consume.challengeId, consume.codeHmac, consume.sentAs];
    case 'link':
      return [consume.challengeId, consume.at.email, consume.at.phone_number];
    case 'claim':
      return [consume.challengeId];
    case 'recoveryCode':
      return [consume.number, consume.hash];
    case 'spent':
      return [];
  }
}
