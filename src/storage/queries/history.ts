import { sqlTime, statement } from '../sql.ts';
import type { Sql, Statement } from '../sql.ts';
import { isOfUser, userEpoch } from './departed-users.ts';

/** The parts of the past that rules can ask for, beyond what every decision reads. */
export type HistoryPart = 'attributes' | 'held' | 'denied' | 'devices' | 'hasVerified' | 'addressSeen' | 'places';

const windowParties = ['user', 'ip', 'device'] as const;
type WindowParty = (typeof windowParties)[number];

/** A velocity question, as the statement takes it. `*` stands for any. */
export interface HistoryQuestionRow {
  readonly operator: 'actionCount' | 'distinctCount' | 'customSum' | 'minutesSince';
  /** Whose actions are gone through; `none` where an index answers alone. */
  readonly party: WindowParty | 'none';
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
  readonly earlier_is_tracked: boolean | null;
  readonly earlier_decision: unknown;
  readonly earlier_custom: Readonly<Record<string, unknown>> | null;

  readonly email?: string | null;
  readonly phone_number?: string | null;
  readonly user_custom?: Readonly<Record<string, unknown>> | null;
  readonly user_created_at?: number | null;
  readonly held_until_ms?: number | null;
  readonly denied_at_ms?: number | null;
  readonly is_known_device?: boolean;
  readonly known_devices?: number;
  readonly has_verified?: boolean;
  readonly address_seen?: boolean;
  /** Latest first, at most {@link placesMax}; times in milliseconds. */
  readonly places?: readonly {
    readonly latitude: number | null;
    readonly longitude: number | null;
    readonly country_code: string | null;
    /** Whether there is a place that could not be told. */
    readonly is_place_unknown: boolean;
    readonly verified_at_ms: number;
  }[];
  /**
   * In the order of the questions. `scanned` above {@link scannedMax} means that the answer covers only part of the window,
   * `unread` above 0 that something in it is there and could not be read.
   */
  readonly answers?: readonly { readonly scanned: number; readonly unread: number; readonly value: number | null }[];
}

/** Actions that are gone through at most, latest first, so that no user's past can slow a decision down (F20). */
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
  e.is_tracked as earlier_is_tracked,
  e.decision as earlier_decision,
  e.custom as earlier_custom`;

// What rests on the action alone that is being decided does not count: a sign-in may have begun it (ruling 36).
const isAnother = (row: string) =>
  `not (${row}.user_id = $2 and ${row}.action_code = $3 and ${row}.idempotency_key = $4)`;

const isKnownDevice = `k.authenticated_at is not null
        and (k.invalidated_at is null or k.invalidated_at < k.authenticated_at)
        and (
          e.device_id is distinct from k.device_id or e.verified_at is distinct from k.authenticated_at
          or exists (
            select from actions v
            where ${isOfUser('v')} and v.verified_at is not null and v.device_id = k.device_id
              and (k.invalidated_at is null or k.invalidated_at < v.verified_at) and ${isAnother('v')}
          )
        )`;

// $1 tenant, $2 user, $3 action code, $4 idempotency key, $5 address, $6 device, $7 end of the place window, $8 to $10 the
// longest windows by user, address and device; then the values of the questions.
const firstQuestionValue = 11;
const parts: Readonly<Record<HistoryPart, string>> = {
  attributes: `
  u.email, u.phone_number, u.custom as user_custom, u.created_at as user_created_at`,
  held: `
  (
    select (extract(epoch from max(h.held_until)) * 1000)::bigint from authenticators h
    where h.tenant_id = $1 and h.user_id = $2 and h.verified_at is not null
  ) as held_until_ms`,
  // The action at hand, too: a user who has said that it is not theirs has said it.
  denied: `
  (
    select (extract(epoch from max(v.denied_at)) * 1000)::bigint from actions v
    where ${isOfUser('v')} and v.denied_at is not null
  ) as denied_at_ms`,
  devices: `
  coalesce((
    select ${isKnownDevice} from devices k where k.tenant_id = $1 and k.user_id = $2 and k.device_id = $6
  ), false) as is_known_device,
  (
    select count(*)::int from (
      select from devices k where k.tenant_id = $1 and k.user_id = $2 and ${isKnownDevice} limit ${devicesMax}
    ) as known
  ) as known_devices`,
  hasVerified: `
  exists (
    select from actions v
    where ${isOfUser('v')} and v.verified_at is not null and ${isAnother('v')}
  ) as has_verified`,
  addressSeen: `
  exists (
    select from actions v
    where ${isOfUser('v')} and v.verified_at is not null and v.ip_address = $5
      and ${isAnother('v')}
  ) as address_seen`,
  places: `
  (
    select coalesce(json_agg(p order by p.verified_at_ms desc), '[]') from (
      select v.latitude, v.longitude, v.country_code, v.is_place_unknown,
        (extract(epoch from v.verified_at) * 1000)::bigint as verified_at_ms
      from actions v
      where ${isOfUser('v')} and v.verified_at is not null
        and (v.country_code is not null or v.is_place_unknown) and ${isAnother('v')}
        and (v.verified_at >= $7 or v.verified_at = (
          select max(l.verified_at) from actions l
          where ${isOfUser('l')} and l.verified_at is not null
            and (l.country_code is not null or l.is_place_unknown) and ${isAnother('l')}
        ))
      order by v.verified_at desc limit ${placesMax}
    ) as p
  ) as places`,
};

const partOrder = Object.keys(parts) as readonly (keyof typeof parts)[];

// Each window is read once, however many questions look into it.
const windows: Readonly<Record<WindowParty, string>> = {
  user: window('user', `w.user_id = $2 and w.user_epoch = ${userEpoch}`, '$8'),
  ip: window('ip', 'w.ip_address = $5', '$9'),
  device: window('device', 'w.device_id = $6', '$10'),
};

function window(party: WindowParty, isTheirs: string, since: string): string {
  return `${party}_window as materialized (
    select w.user_id, w.ip_address, w.sent_ip_address, w.device_id, w.country_code, w.is_place_unknown, w.custom,
      w.action_code, w.state, w.created_at, w.state_updated_at
    from actions w where w.tenant_id = $1 and ${isTheirs} and w.created_at >= ${since} and ${isAnother('w')}
    order by w.created_at desc limit ${scannedMax + 1}
  )`;
}

// What is counted, and where there is some that could not be read.
const subjects: ReadonlyMap<string, { readonly column: string; readonly isUnread: string }> = new Map([
  ['user', { column: 'w.user_id', isUnread: 'false' }],
  ['ip', { column: 'w.ip_address', isUnread: 'w.ip_address is null and w.sent_ip_address is not null' }],
  ['device', { column: 'w.device_id', isUnread: 'false' }],
  ['country', { column: 'w.country_code', isUnread: 'w.country_code is null and w.is_place_unknown' }],
]);

// A plain decimal text. 255 is as far as an expression can count, and beyond any amount.
const plainDecimal = String.raw`'^\s*[+-]?(\d{1,255}(\.\d*)?|\.\d+)\s*$'`;

const eventTimes: ReadonlyMap<string, string> = new Map([
  [
    'challengeSucceeded',
    `select max(v.verified_at) from actions v
     where ${isOfUser('v')} and v.verified_at is not null and ${isAnother('v')}`,
  ],
  ['action', `select max(v.created_at) from actions v where ${isOfUser('v')} and ${isAnother('v')}`],
  ['enrolled', 'select max(a.verified_at) from authenticators a where a.tenant_id = $1 and a.user_id = $2'],
]);

/** What sets the text of one question apart from another's; its values do not. */
function questionShape({ operator, party, subject }: HistoryQuestionRow): string {
  return `${operator}:${party}:${operator === 'customSum' ? '' : subject}`;
}

/** One question as a scalar of JSON; its own values are bound from `$first` on, see {@link questionValues}. */
function questionText({ operator, party, subject }: HistoryQuestionRow, first: number): string {
  const answer = (value: string, isUnread = 'false') => `(select json_build_object('scanned', count(*),
      'unread', count(*) filter (where ${isUnread}), 'value', ${value})
    from ${party}_window w where w.created_at >= $${first}::timestamptz)`;
  const isOfCode = `$${first + 1}::text in ('*', w.action_code)`;
  switch (operator) {
    case 'actionCount':
      return answer(`count(*) filter (where ${isOfCode} and $${first + 2}::text in ('*', w.state))`);
    case 'distinctCount': {
      const { column, isUnread } = subjects.get(subject) ?? { column: 'null', isUnread: 'true' };
      return answer(`count(distinct ${column})`, isUnread);
    }
    case 'customSum': {
      const text = `w.custom ->> $${first + 2}::text`;
      const type = `json_typeof(w.custom -> $${first + 2}::text)`;
      const isNumber = `(${type} = 'number' or ${type} = 'string' and ${text} ~ ${plainDecimal})`;
      return answer(
        `sum(case when ${isOfCode} and ${isNumber} then (${text})::numeric end)`,
        `${isOfCode} and ${type} <> 'null' and not ${isNumber}`,
      );
    }
    case 'minutesSince': {
      const time = eventTimes.get(subject);
      return time === undefined
        ? answer(`extract(epoch from max(w.state_updated_at) filter (where w.state = 'CHALLENGE_FAILED')) * 1000`)
        : `(select json_build_object('scanned', 0, 'unread', 0, 'value', extract(epoch from (${time})) * 1000))`;
    }
  }
}

function questionValues({
  operator,
  party,
  actionCode,
  state,
  subject,
  sinceMs,
}: HistoryQuestionRow): readonly string[] {
  if (party === 'none') return [];
  const since = sqlTime(sinceMs);
  switch (operator) {
    case 'actionCount':
      return [since, actionCode, state];
    case 'customSum':
      return [since, actionCode, subject];
    case 'distinctCount':
    case 'minutesSince':
      return [since];
  }
}

const joins = `
  left join users u on u.tenant_id = $1 and u.user_id = $2
  left join authenticators d
    on d.tenant_id = $1 and d.user_id = $2 and d.authenticator_id = u.default_authenticator_id
  left join actions e
    on ${isOfUser('e')} and e.action_code = $3 and e.idempotency_key = $4`;

const withoutParts = statement<History>('load_history', `select ${base} from (select 1) as one ${joins}`, 'reads');

// Names the parameters that all have, so that each has a type in whichever parts are chosen.
const parameters = `(select $5::text, $6::text, $7::timestamptz, $8::timestamptz, $9::timestamptz, $10::timestamptz) as given`;

const statements = new Map<string, Statement<History>>();

/** One statement for each kind of need: a decision reads what its rules need, in one round trip, whatever their number. */
function historyStatement({ parts: wanted, questions }: HistoryRequest): Statement<History> {
  const chosen = partOrder.filter((part) => wanted.has(part));
  const shape = [...chosen, ...questions.map(questionShape)].join(' ');
  const known = statements.get(shape);
  if (known !== undefined) return known;

  const parties = windowParties.filter((party) => questions.some((question) => question.party === party));
  let next = firstQuestionValue;
  const answers = questions.map((question) => {
    const text = questionText(question, next);
    next += questionValues(question).length;
    return text;
  });
  const columns = [
    base,
    ...chosen.map((part) => parts[part]),
    ...(answers.length === 0 ? [] : [`to_json(array[${answers.join(', ')}]) as answers`]),
  ];
  const reads = parties.length === 0 ? '' : `with ${parties.map((party) => windows[party]).join(', ')} `;
  // Numbered, because a shape is longer than a name may be.
  const made = statement<History>(
    `load_history_${statements.size + 1}`,
    `${reads}select ${columns.join(', ')} from ${parameters} ${joins}`,
    // A question may go through thousands of actions, and nobody should wait for another's.
    questions.length === 0 ? 'reads' : undefined,
  );
  statements.set(shape, made);
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
  const [row] =
    request.parts.size === 0 && request.questions.length === 0
      ? await sql.query(withoutParts, key)
      : await sql.query(historyStatement(request), [
          ...key,
          request.address,
          request.deviceId,
          sqlTime(request.placesSinceMs),
          ...windowParties.map((party) => longestWindow(request.questions, party)),
          ...request.questions.flatMap(questionValues),
        ]);
  if (row === undefined) throw new Error('The history statement always gives one row.');
  return row;
}

/** When the longest window of a party begins; null where nothing asks for one. */
function longestWindow(questions: readonly HistoryQuestionRow[], party: WindowParty): string | null {
  const begins = questions.flatMap((question) => (question.party === party ? [question.sinceMs] : []));
  return begins.length === 0 ? null : sqlTime(Math.min(...begins));
}
