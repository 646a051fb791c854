import { sqlTime, statement } from '../sql.ts';
import type { Sql, Statement } from '../sql.ts';

/** The parts of the past that rules can ask for, beyond what every decision reads. */
export type HistoryPart = 'attributes' | 'devices' | 'hasVerified' | 'addressSeen' | 'places' | 'questions';

/** A velocity question, as the statement takes it. `*` stands for any. */
export interface HistoryQuestionRow {
  readonly operator: 'actionCount' | 'distinctCount' | 'customSum' | 'minutesSince';
  /** Whose actions are gone through; `none` where an index answers alone. */
  readonly party: 'user' | 'ip' | 'device' | 'none';
  readonly actionCode: string;
  readonly state: string;
  /** What is counted, the name of the data point, or the event. */
  readonly subject: string;
  readonly sinceMs: number;
}

/** What is known before an action is decided. Members of parts that were not asked for are absent. */
export interface History {
  /** Methods of the user's verified authenticators, oldest first, one entry per authenticator. */
  readonly methods: readonly string[];
  readonly default_method: string | null;
  /** The action that already exists under this idempotency key. */
  readonly earlier_action_id: string | null;
  readonly earlier_state: string | null;
  readonly earlier_decision: unknown;
  readonly earlier_custom: Readonly<Record<string, unknown>> | null;

  readonly email?: string | null;
  readonly phone_number?: string | null;
  readonly user_custom?: Readonly<Record<string, unknown>> | null;
  readonly user_created_at?: number | null;
  readonly is_known_device?: boolean;
  readonly known_devices?: number;
  readonly has_verified?: boolean;
  readonly address_seen?: boolean;
  /** Latest first, at most {@link placesMax}; times in milliseconds. */
  readonly places?: readonly {
    readonly latitude: number | null;
    readonly longitude: number | null;
    readonly country_code: string;
    readonly verified_at_ms: number;
  }[];
  /** In the order of the questions. `scanned` above {@link scannedMax} means that the answer covers only part of the window. */
  readonly answers?: readonly { readonly scanned: number; readonly value: number | null }[];
}

/** Rows that one question reads at most, so that no user's past can slow a decision down (F20). */
export const scannedMax = 10_000;
/** Verified places that are read at most. */
export const placesMax = 1_000;
const devicesMax = 1_000;

const base = `
  array(
    select a.verification_method from authenticators a
    where a.tenant_id = $1 and a.user_id = $2 and a.verified_at is not null
    order by a.created_at, a.authenticator_id
  ) as methods,
  d.verification_method as default_method,
  e.action_id as earlier_action_id,
  e.state as earlier_state,
  e.decision as earlier_decision,
  e.custom as earlier_custom`;

const isKnownDevice = `authenticated_at is not null and (invalidated_at is null or invalidated_at < authenticated_at)`;

// $1 tenant, $2 user, $3 action code, $4 idempotency key, $5 address, $6 device, $7 end of the place window,
// $8 to $13 the questions, one array a member.
const parts: Readonly<Record<HistoryPart, string>> = {
  attributes: `
  u.email, u.phone_number, u.custom as user_custom, u.created_at as user_created_at`,
  devices: `
  coalesce((
    select ${isKnownDevice} from devices where tenant_id = $1 and user_id = $2 and device_id = $6
  ), false) as is_known_device,
  (
    select count(*)::int from (
      select from devices where tenant_id = $1 and user_id = $2 and ${isKnownDevice} limit ${devicesMax}
    ) as known
  ) as known_devices`,
  hasVerified: `
  exists (
    select from actions v where v.tenant_id = $1 and v.user_id = $2 and v.verified_at is not null
  ) as has_verified`,
  addressSeen: `
  exists (
    select from actions v
    where v.tenant_id = $1 and v.user_id = $2 and v.verified_at is not null and v.ip_address = $5
  ) as address_seen`,
  places: `
  (
    select coalesce(json_agg(p order by p.verified_at_ms desc), '[]') from (
      select v.latitude, v.longitude, v.country_code,
        (extract(epoch from v.verified_at) * 1000)::bigint as verified_at_ms
      from actions v
      where v.tenant_id = $1 and v.user_id = $2 and v.verified_at is not null and v.country_code is not null
        and (v.verified_at >= $7 or v.verified_at = (
          select max(l.verified_at) from actions l
          where l.tenant_id = $1 and l.user_id = $2 and l.verified_at is not null and l.country_code is not null
        ))
      order by v.verified_at desc limit ${placesMax}
    ) as p
  ) as places`,
  questions: `
  (
    select json_agg(json_build_object('scanned', seen.scanned, 'value', case
      when q.operator = 'actionCount' then seen.actions
      when q.operator = 'distinctCount' then seen.distinct_subjects
      when q.operator = 'customSum' then seen.total
      when q.subject = 'challengeSucceeded' then (
        select extract(epoch from max(v.verified_at)) * 1000 from actions v
        where v.tenant_id = $1 and v.user_id = $2 and v.verified_at is not null)
      when q.subject = 'challengeFailed' then seen.last_failed_ms
      when q.subject = 'action' then (
        select extract(epoch from max(v.created_at)) * 1000 from actions v where v.tenant_id = $1 and v.user_id = $2)
      when q.subject = 'enrolled' then (
        select extract(epoch from max(a.verified_at)) * 1000 from authenticators a
        where a.tenant_id = $1 and a.user_id = $2)
    end) order by q.n)
    from unnest($8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::timestamptz[])
      with ordinality as q (operator, party, action_code, state, subject, since, n)
    cross join lateral (
      select
        count(*) as scanned,
        count(*) filter (where q.action_code in ('*', w.action_code) and q.state in ('*', w.state)) as actions,
        count(distinct case q.subject
          when 'user' then w.user_id when 'ip' then w.ip_address
          when 'device' then w.device_id when 'country' then w.country_code end) as distinct_subjects,
        sum(case when q.operator = 'customSum' and q.action_code in ('*', w.action_code)
          and json_typeof(w.custom -> q.subject) = 'number' then (w.custom ->> q.subject)::numeric end) as total,
        extract(epoch from max(w.state_updated_at) filter (where w.state = 'CHALLENGE_FAILED')) * 1000 as last_failed_ms
      from (
        (select window_columns from actions w
         where q.party = 'user' and w.tenant_id = $1 and w.user_id = $2 and w.created_at >= q.since
         order by w.created_at desc limit ${scannedMax + 1})
        union all
        (select window_columns from actions w
         where q.party = 'ip' and w.tenant_id = $1 and w.ip_address = $5 and w.created_at >= q.since
         order by w.created_at desc limit ${scannedMax + 1})
        union all
        (select window_columns from actions w
         where q.party = 'device' and w.tenant_id = $1 and w.device_id = $6 and w.created_at >= q.since
         order by w.created_at desc limit ${scannedMax + 1})
      ) as w
    ) as seen
  ) as answers`.replaceAll(
    'window_columns',
    'w.user_id, w.ip_address, w.device_id, w.country_code, w.custom, w.action_code, w.state, w.state_updated_at',
  ),
};

const partOrder = Object.keys(parts) as readonly HistoryPart[];
const statements = new Map<string, Statement<History>>();

const joins = `
  left join users u on u.tenant_id = $1 and u.user_id = $2
  left join authenticators d
    on d.tenant_id = $1 and d.user_id = $2 and d.authenticator_id = u.default_authenticator_id
  left join actions e
    on e.tenant_id = $1 and e.user_id = $2 and e.action_code = $3 and e.idempotency_key = $4`;

const withoutParts = statement<History>('load_history', `select ${base} from (select 1) as one ${joins}`);

// Names every parameter once, so that each has a type in whichever parts are chosen.
const parameters = `(select $5::text, $6::text, $7::timestamptz, $8::text[], $9::text[], $10::text[], $11::text[],
  $12::text[], $13::timestamptz[]) as given`;

/** One statement for each set of parts: a decision reads what its rules need, in one round trip, whatever their number. */
function historyStatement(wanted: ReadonlySet<HistoryPart>): Statement<History> {
  const chosen = partOrder.filter((part) => wanted.has(part));
  const name = ['load_history', ...chosen].join('_').toLowerCase();
  const known = statements.get(name);
  if (known !== undefined) return known;
  const columns = [base, ...chosen.map((part) => parts[part])].join(',');
  const made = statement<History>(name, `select ${columns} from ${parameters} ${joins}`);
  statements.set(name, made);
  return made;
}

export interface HistoryRequest {
  readonly tenantId: string;
  readonly userId: string;
  readonly actionCode: string;
  readonly idempotencyKey: string;
  readonly address: string | null;
  readonly deviceId: string | null;
  /** Verified places before this are not read, but for the latest. */
  readonly placesSinceMs: number;
  readonly parts: ReadonlySet<HistoryPart>;
  readonly questions: readonly HistoryQuestionRow[];
}

/** Everything that a decision looks back at, in one round trip. */
export async function loadHistory(sql: Sql, request: HistoryRequest): Promise<History> {
  const key = [request.tenantId, request.userId, request.actionCode, request.idempotencyKey];
  const { questions } = request;
  const [row] =
    request.parts.size === 0
      ? await sql.query(withoutParts, key)
      : await sql.query(historyStatement(request.parts), [
          ...key,
          request.address,
          request.deviceId,
          sqlTime(request.placesSinceMs),
          questions.map(({ operator }) => operator),
          questions.map(({ party }) => party),
          questions.map(({ actionCode }) => actionCode),
          questions.map(({ state }) => state),
          questions.map(({ subject }) => subject),
          questions.map(({ sinceMs }) => sqlTime(sinceMs)),
        ]);
  if (row === undefined) throw new Error('The history statement always gives one row.');
  return row;
}
