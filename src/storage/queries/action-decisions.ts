/** Actions that are decided again, once a backend tells more of them than what they were begun with (ruling 36). */
import { sqlTime, statement } from '../sql.ts';
import type { Sql, Statement } from '../sql.ts';
import { rank, satisfiesDemand } from './demand.ts';
import { createConfiguration, createUser, decidedValues, extrasOf, hasConfiguration } from './actions.ts';
import type { ActionKey, DecidedAction, StoredAction } from './actions.ts';
import { isOfUser } from './departed-users.ts';

/** How proofs that were given before are judged by the decision that comes now. */
export interface ProofTerms {
  /** Older ones do not count. */
  readonly sinceMs: number;
  /** Whether one that the tenant's own server was not asked about is none. */
  readonly mustBeConfirmed: boolean;
  /** Whether any proof will do. */
  readonly isAnyEnough: boolean;
}

const statements = new Map<string, Statement<StoredAction>>();

// $1 to $25, or $26, as where an action is recorded, but that $5 is the action which is there; then the terms.
function decideAgainStatement(attributes: boolean, configuration: boolean): Statement<StoredAction> {
  const name = `decide_again${attributes ? '_attributes' : ''}${configuration ? '_configuration' : ''}`;
  const known = statements.get(name);
  if (known !== undefined) return known;
  const [since, mustBeConfirmed, isAnyEnough] = (configuration ? [27, 28, 29] : [26, 27, 28]).map((n) => `$${n}`);
  const made = statement<StoredAction>(
    name,
    `with owner as materialized (
       -- The user before the action, as wherever both are held.
       select 1 from users where tenant_id = $1 and user_id = $2 for no key update
     ), held as (
       select a.* from (select count(*) from owner) as first, actions a
       where ${isOfUser('a')} and a.action_code = $3 and a.idempotency_key = $4
         and a.action_id = $5 and not a.is_tracked and ($22 or a.custom is null)
       for update of a
     ), proof as (
       select p.method, p.assurance, p."authenticatorId" as authenticator_id, p."provenAt" as proven_at
       from held, jsonb_each(held.proofs) as kept, jsonb_to_record(kept.value) as p(
         method text, assurance text, "heldMethod" text, "authenticatorId" uuid, "provenAt" timestamptz, "isConfirmed" boolean
       )
       where p."provenAt" >= ${since}::timestamptz and (not ${mustBeConfirmed}::boolean or p."isConfirmed")
         and (${isAnyEnough}::boolean or ${satisfiesDemand('$14::json', 'p.method', 'p.assurance', 'p."heldMethod"')})
         and $6 in ('ALLOW', 'CHALLENGE_REQUIRED')
       order by ${rank('p.assurance')} desc, p."provenAt" desc limit 1
     ), settled as (
       -- What the rules or a proof have set is replaced; what anybody else has, stands.
       select h.action_id, h.device_id, h.verified_at,
         h.state in ('ALLOW', 'CHALLENGE_REQUIRED', 'CHALLENGE_SUCCEEDED')
           or (h.state, h.decision ->> 'outcome') in (('REVIEW_REQUIRED', 'REVIEW'), ('BLOCK', 'BLOCK')) as is_open,
         case when p.method is null then $6 else 'CHALLENGE_SUCCEEDED' end as state,
         p.method, p.assurance, p.authenticator_id, p.proven_at
       from held h left join proof p on true
     ), action as (
       update actions a set
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
         earlier_decisions = array_append(a.earlier_decisions, json_build_object(
           'decidedAtMs', (extract(epoch from coalesce(a.decided_at, a.created_at)) * 1000)::bigint, 'record', a.decision
         )),
         proofs = case when $22 then null else a.proofs end,
         redirect_url = $8, redirect_to_settings = $9, custom = $15,
         -- Where the request came from is as it was, as far as this one does not say.
         user_agent = coalesce($11, a.user_agent),
         device_id = coalesce($12, a.device_id), locale = coalesce($13, a.locale),
         (ip_address, sent_ip_address, country_code, latitude, longitude, is_place_unknown) = (
           select a.ip_address, a.sent_ip_address, a.country_code, a.latitude, a.longitude, a.is_place_unknown
           where coalesce($10::text, $23::text) is null
           union all
           select $10::text, $23::text, $16::text, $17::real, $18::real, $24::boolean
           where coalesce($10::text, $23::text) is not null
         )
       from settled s
       where a.tenant_id = $1 and a.user_id = $2 and a.action_code = $3 and a.idempotency_key = $4
         and a.action_id = s.action_id
       returning a.action_id, a.state, a.device_id, a.verified_at
     )${createUser(attributes)}${configuration ? createConfiguration : ''}, device as (
       insert into devices (tenant_id, user_id, device_id, created_at, authenticated_at)
       select $1, $2, device_id, $7, verified_at from action where device_id is not null
       on conflict do nothing
     ), known_devices as (
       -- The action's device is known if it succeeds; one that only this action made known is not known any more.
       update devices d set authenticated_at = case when d.device_id = a.device_id and a.verified_at is not null
         then greatest(d.authenticated_at, a.verified_at)
         else (
           select max(v.verified_at) from actions v
           where ${isOfUser('v')} and v.verified_at is not null and v.device_id = d.device_id
             and v.action_id <> a.action_id
         ) end
       from settled s, action a
       where d.tenant_id = $1 and d.user_id = $2 and (
         (d.device_id = a.device_id and a.verified_at is not null)
         or (d.device_id = s.device_id and d.authenticated_at = s.verified_at)
       )
     )
     select state${configuration ? hasConfiguration : ''} from action`,
  );
  statements.set(name, made);
  return made;
}

/**
 * Stores the decision of an untracked action that more is known of now, in one conditional write: by a track while it is
 * untracked, by another call while nothing of `custom` was known. Gives what comes of it, with the proofs that were given
 * before; undefined, and nothing is written, if another request decided first.
 */
export async function decideAgain(
  sql: Sql,
  action: DecidedAction,
  terms: ProofTerms,
): Promise<StoredAction | undefined> {
  const { attributes, configuration } = extrasOf(action);
  const [row] = await sql.query(decideAgainStatement(attributes, configuration), [
    ...decidedValues(action),
    sqlTime(terms.sinceMs),
    terms.mustBeConfirmed,
    terms.isAnyEnough,
  ]);
  return row;
}

const loadEarlierStatement = statement<{ readonly earlier_decisions: readonly EarlierDecision[] }>(
  'load_earlier_decisions',
  `select to_json(coalesce(earlier_decisions, '{}')) as earlier_decisions from actions
   where tenant_id = $1 and user_id = $2 and action_code = $3 and idempotency_key = $4`,
);

/** A decision that a later one of the same action has replaced. */
export interface EarlierDecision {
  readonly decidedAtMs: number;
  readonly record: unknown;
}

/** The decisions of an action before the one that stands, oldest first. */
export async function loadEarlierDecisions(sql: Sql, key: ActionKey): Promise<readonly EarlierDecision[]> {
  const [row] = await sql.query(loadEarlierStatement, [key.tenantId, key.userId, key.actionCode, key.idempotencyKey]);
  return row?.earlier_decisions ?? [];
}
