/** Actions that are decided again once a backend sends more about them than was known at first (ruling 36). */
import { sqlTime, statement } from '../../sql.ts';
import type { Sql, Store } from '../../sql.ts';
import { rank, satisfiesDemand } from '../demand.ts';
import { countMove } from '../tallies.ts';
import { earlierSuccesses, markedByAnother, markedColumns, markSuccess, takeBack } from '../user-marks.ts';
import { decidedValues, takeAttributes, withConfiguration } from './actions.ts';
import type { DecidedAction, StoredAction } from './actions.ts';
import { enterReview, leaveReview } from './entered-reviews.ts';
import { isActionWithId, isNamed, keyValues, named, ownIdOf, ownerOf } from './named.ts';
import type { ActionKey } from './named.ts';

/** How the new decision judges earlier proofs. */
export interface ProofTerms {
  /** Older ones do not count. */
  readonly sinceMs: number;
  /** Whether a proof counts only if the tenant's webhook confirmed it. */
  readonly mustBeConfirmed: boolean;
  /** Whether any proof is enough. */
  readonly isAnyEnough: boolean;
}

// $1 to $27 are the same as for recording an action, except that $5 is the existing action; then the terms, and $31 the id
// of the move.
const decideStatement = statement<StoredAction>(
  'decide_again',
  `with owner as materialized (
       -- Locks the user before the action, in the same order as everywhere else.
       select ${ownIdOf('u')} as id from users u where u.tenant_id = $1 and u.user_id = $2 for no key update
     ), held as (
       select a.* from owner, actions_by_month a
       where ${isActionWithId('a', '$5', 'owner.id')} and not a.is_tracked and ($22 or a.custom is null)
       for update of a
     ), proof as (
       select p.method, p.assurance, p."authenticatorId" as authenticator_id, p."provenAt" as proven_at
       from held, jsonb_each(held.proofs) as kept, jsonb_to_record(kept.value) as p(
         method text, assurance text, "heldMethod" text, "authenticatorId" uuid, "provenAt" timestamptz, "isConfirmed" boolean
       )
       where p."provenAt" >= $28::timestamptz and (not $29::boolean or p."isConfirmed")
         and ($30::boolean or ${satisfiesDemand('$14::json', 'p.method', 'p.assurance', 'p."heldMethod"')})
         and $6 in ('ALLOW', 'CHALLENGE_REQUIRED')
       order by ${rank('p.assurance')} desc, p."provenAt" desc limit 1
     ), settled as (
       -- A state set by rules or by a proof is replaced; any other state stays.
       select h.tenant_id, ${ownerOf('h')} as owner_id, h.action_id, h.device_id, h.verified_at,
         h.state in ('ALLOW', 'CHALLENGE_REQUIRED', 'CHALLENGE_SUCCEEDED')
           or (h.state, h.decision ->> 'outcome') in (('REVIEW_REQUIRED', 'REVIEW'), ('BLOCK', 'BLOCK')) as is_open,
         case when p.method is null then $6 else 'CHALLENGE_SUCCEEDED' end as state,
         p.method, p.assurance, p.authenticator_id, p.proven_at,
         json_build_object(
           'decidedAtMs', (extract(epoch from coalesce(h.decided_at, h.created_at)) * 1000)::bigint, 'record', h.decision
         ) as earlier_decision
       from held h left join proof p on true
     ), action as (
       update actions_by_month a set
         (state, state_updated_at, verification_method, verified_by_authenticator_id, assurance, verified_at) = (
           select s.state, case when s.state = a.state then a.state_updated_at else $7 end,
             s.method, s.authenticator_id, s.assurance, s.proven_at
           where s.is_open
           union all
           select a.state, a.state_updated_at, a.verification_method, a.verified_by_authenticator_id, a.assurance,
             a.verified_at
           where not s.is_open
         ),
         updated_at = $7, decided_at = $7, decision = $14, is_tracked = $22,
         earlier_decisions = array_append(a.earlier_decisions, s.earlier_decision),
         proofs = case when $22 then null else a.proofs end,
         redirect_url = $8, redirect_to_settings = $9, custom = $15,
         -- The origin of the request stays as it was, unless this request sends it.
         user_agent = coalesce($11, a.user_agent),
         device_id = coalesce($12, a.device_id), device_party = coalesce($27, a.device_party),
         locale = coalesce($13, a.locale),
         (ip_address, sent_ip_address, address_party, country_code, latitude, longitude, is_place_unknown) = (
           select a.ip_address, a.sent_ip_address, a.address_party, a.country_code, a.latitude, a.longitude,
             a.is_place_unknown
           where coalesce($10::text, $23::text) is null
           union all
           select $10::text, $23::text, $26::uuid, $16::text, $17::real, $18::real, $24::boolean
           where coalesce($10::text, $23::text) is not null
         )
       from settled s
       where a.tenant_id = $1 and a.action_id = $5 and a.action_code = $3 and a.action_id = s.action_id
       returning ${markedColumns('a')}
     ), ${countMove('held', 'action', '$31')}${takeAttributes}, device as (
       insert into devices (tenant_id, user_id, device_id, created_at, authenticated_at, last_verification_method)
       select $1, $2, device_id, $7, verified_at, case when verified_at is not null then verification_method end
       from action where device_id is not null
       on conflict do nothing
     ), ${takeBack('settled', 'action')}, known_devices as (
       -- The action's device becomes known if the action succeeds. A device that only this action made known becomes
       -- unknown again.
       update devices d set authenticated_at = case when d.device_id = a.device_id and a.verified_at is not null
         then greatest(d.authenticated_at, a.verified_at)
         else greatest(
           (select r.marked_at from restored r where r.kind = 'device' and r.subject = d.device_id and r.rank = 1),
           (
             select ${markedByAnother('a.action_id')} from user_marks m
             where m.tenant_id = $1 and m.owner_id = s.owner_id and m.kind = 'device' and m.subject = d.device_id
           ),
           (select max(v.verified_at) ${earlierSuccesses('s.owner_id', 'a.action_id')} and v.device_id = d.device_id)
         ) end,
         last_verification_method = case when d.device_id = a.device_id and a.verified_at is not null
           then coalesce(a.verification_method, d.last_verification_method) else d.last_verification_method end
       from settled s, action a
       where d.tenant_id = $1 and d.user_id = $2 and (
         (d.device_id = a.device_id and a.verified_at is not null)
         or (d.device_id = s.device_id and d.authenticated_at = s.verified_at)
       )
     ), ${markSuccess('action', 'c.verified_at')},
     ${enterReview('action', '$7')}, ${leaveReview('action', '$7', { by: 'null', note: 'null' })}
     select state from action`,
);

/**
 * Stores the decision of an untracked action of which more is known now, in one conditional write: for a track if the
 * action is untracked, for another call if nothing of `custom` was known. Returns the result, with the earlier proofs;
 * undefined, with nothing written, if another request decided first.
 */
export async function decideAgain(
  db: Store,
  action: DecidedAction,
  terms: ProofTerms,
  moveId: string,
): Promise<StoredAction | undefined> {
  return withConfiguration(db, action, async (sql) => {
    const values = [...decidedValues(action), sqlTime(terms.sinceMs), terms.mustBeConfirmed, terms.isAnyEnough, moveId];
    const [row] = await sql.query(decideStatement, values);
    return row;
  });
}

const loadEarlierStatement = statement<{ readonly earlierDecisions: readonly EarlierDecision[] }>(
  'load_earlier_decisions',
  `with ${named} select to_json(coalesce(a.earlier_decisions, '{}')) as earlier_decisions from actions_by_month a
   where ${isNamed('a')}`,
);

/** A decision that was replaced by a later one of the same action. */
export interface EarlierDecision {
  readonly decidedAtMs: number;
  readonly record: unknown;
}

/** The decisions of an action before the current one, oldest first. */
export async function loadEarlierDecisions(sql: Sql, key: ActionKey): Promise<readonly EarlierDecision[]> {
  const [row] = await sql.query(loadEarlierStatement, keyValues(key));
  return row?.earlierDecisions ?? [];
}
