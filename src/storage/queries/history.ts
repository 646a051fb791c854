import { sqlTime, statement } from '../sql.ts';
import type { Sql, SqlValue, Statement } from '../sql.ts';
import { firstIdAt } from './actions/months.ts';
import { isNamed, keyValues, named, own, ownerOf } from './actions/named.ts';
import type { ActionKey } from './actions/named.ts';
import { amountOf, minuteMs, talliesOf, withoutAction } from './tallies.ts';
import type { SeriesQuestion } from './tally-series.ts';
import { earlierSuccesses, markedByAnother } from './user-marks.ts';

/** The parts of the past that rules can ask for, beyond what every decision reads. */
export type HistoryPart = 'attributes' | 'held' | 'denied' | 'devices' | 'hasVerified' | 'addressSeen' | 'places';

/** A velocity question about a window of time. `*` matches anything. */
export interface WindowQuestion extends SeriesQuestion {
  readonly sinceMs: number;
}

/** Events of a user's past that rules ask the time of. */
export const historyEvents = ['challengeSucceeded', 'challengeFailed', 'action', 'enrolled'] as const;
export type HistoryEvent = (typeof historyEvents)[number];

/** What is known before an action is decided. Members of parts that were not requested are absent. */
export interface History {
  /** Methods of the user's verified authenticators, oldest first, one entry per authenticator. */
  readonly methods: readonly string[];
  readonly defaultMethod: string | null;
  /** The action that already exists under this idempotency key. */
  readonly earlierActionId: string | null;
  readonly earlierState: string | null;
  readonly earlierIsTracked: boolean | null;
  readonly earlierDecision: unknown;
  readonly earlierCustom: Readonly<Record<string, unknown>> | null;

  readonly email: string | null;
  readonly phoneNumber: string | null;
  readonly userCustom: Readonly<Record<string, unknown>> | null;
  readonly userCreatedAt: number | null;
  readonly heldUntilMs?: number | null;
  readonly deniedAtMs?: number | null;
  readonly isKnownDevice?: boolean;
  readonly knownDevices?: number;
  /** Until when the device is remembered; null if it is not, or was invalidated. */
  readonly rememberedUntilMs?: number | null;
  readonly deviceTheftAtMs?: number | null;
  readonly hasVerified?: boolean;
  readonly addressSeen?: boolean;
  /** Latest first, at most {@link placesMax}; times in milliseconds. */
  readonly places?: readonly {
    readonly latitude: number | null;
    readonly longitude: number | null;
    readonly countryCode: string | null;
    /** Whether there is a place that could not be determined. */
    readonly isPlaceUnknown: boolean;
    readonly verifiedAtMs: number;
  }[];
  /** In the order of the questions. */
  readonly answers?: readonly WindowAnswer[];
  /** When each event was last; null if never. */
  readonly events?: Readonly<Record<HistoryEvent, WindowAnswer>>;
}

/**
 * An answer. `scanned` above {@link scannedMax} means that it covers only a part of the past; `unread` above 0 means that
 * a part of that could not be read.
 */
export interface WindowAnswer {
  readonly scanned: number;
  readonly unread: number;
  readonly value: number | null;
}

/** Actions that are read at most, latest first, so that no user's past can slow a decision down (F20). */
export const scannedMax = 10_000;
/** Verified places that are read at most. */
export const placesMax = 1_000;
const devicesMax = 1_000;

const base = `
  coalesce(f.methods, '{}') as methods, f.default_method,
  e.action_id as earlier_action_id,
  e.state as earlier_state,
  e.is_tracked as earlier_is_tracked,
  e.decision as earlier_decision,
  e.custom as earlier_custom,
  u.email, u.phone_number, u.custom as user_custom, u.created_at as user_created_at`;

// Whatever only the action that is being decided contributes does not count: a sign-in may have begun it (ruling 36). Only
// an action that is found under the key is left out: keys are chosen by callers.
const earlierActions = {
  found: `${named}, earlier as materialized (select e.* from actions_by_month e where ${isNamed('e')})`,
  // For a key that the server has just made: no table of actions is looked at.
  none: `${own}, earlier as not materialized (select e.* from actions_by_month e where e.tenant_id = $1 and false)`,
} as const;
type Earlier = keyof typeof earlierActions;
const earlierId = '(select action_id from earlier)';
const owner = '(select id from own)';
const isAnother = (row: string) => `${row}.action_id is distinct from ${earlierId}`;

/** Marks of the user of a kind, as `m`; see user-marks.ts. */
const marks = (kind: string) =>
  `from user_marks m where m.tenant_id = $1 and m.owner_id = ${owner} and m.kind = '${kind}'`;
const markedAt = markedByAnother(earlierId);
const successes = earlierSuccesses(owner, earlierId);

const isKnownDevice = `k.authenticated_at is not null
        and (k.invalidated_at is null or k.invalidated_at < k.authenticated_at)
        and (
          e.device_id is distinct from k.device_id or e.verified_at is distinct from k.authenticated_at
          or exists (
            select ${marks('device')} and m.subject = k.device_id
              and (k.invalidated_at is null or k.invalidated_at < ${markedAt}) and ${markedAt} is not null
          )
          or exists (
            select ${successes} and v.device_id = k.device_id
              and (k.invalidated_at is null or k.invalidated_at < v.verified_at)
          )
        )`;

// $1 tenant, $2 user, $3 action code, $4 idempotency key, $5 address, $6 device, $7 end of the place window, $8 and $9 the
// hashes that the address and the device are counted by, $10 the questions.
const parts: Readonly<Record<Exclude<HistoryPart, 'attributes'>, string>> = {
  held: `
  (
    select (extract(epoch from max(h.held_until)) * 1000)::bigint from authenticators h
    where h.tenant_id = $1 and h.user_id = $2 and h.verified_at is not null
  ) as held_until_ms`,
  // Includes the current action: a user may have denied it already.
  denied: `
  (
    select (extract(epoch from greatest(
      (select m.marked_at ${marks('denied')}),
      (
        select max(v.denied_at) from actions v
        where v.tenant_id = $1 and v.user_id = $2 and v.denied_at is not null and ${ownerOf('v')} = ${owner}
      )
    )) * 1000)::bigint
  ) as denied_at_ms`,
  devices: `
  coalesce((
    select ${isKnownDevice} from devices k where k.tenant_id = $1 and k.user_id = $2 and k.device_id = $6
  ), false) as is_known_device,
  (
    select count(*)::int from (
      select from devices k where k.tenant_id = $1 and k.user_id = $2 and ${isKnownDevice} limit ${devicesMax}
    ) as known
  ) as known_devices,
  (
    select (extract(epoch from k.remembered_until) * 1000)::bigint from devices k
    where k.tenant_id = $1 and k.user_id = $2 and k.device_id = $6
      and (k.invalidated_at is null or k.invalidated_at < k.authenticated_at)
  ) as remembered_until_ms,
  (extract(epoch from u.device_theft_at) * 1000)::bigint as device_theft_at_ms`,
  hasVerified: `
  (exists (select ${marks('verified')} and ${markedAt} is not null) or exists (select ${successes})) as has_verified`,
  addressSeen: `
  (
    exists (select ${marks('address')} and m.subject = $5 and ${markedAt} is not null)
    or exists (select ${successes} and v.ip_address = $5)
  ) as address_seen`,
  places: `
  (
    select coalesce(json_agg(json_build_object(
        'latitude', p.place -> 1, 'longitude', p.place -> 2, 'countryCode', p.place ->> 0,
        'isPlaceUnknown', p.place -> 3, 'verifiedAtMs', (extract(epoch from p.at) * 1000)::bigint
      ) order by p.at desc), '[]')
    from (
      select s.place, s.at, max(s.at) over () as latest_at from (
        select m.subject::json as place, ${markedAt} as at ${marks('place')}
        union all
        (
          select json_build_array(v.country_code, v.latitude, v.longitude, v.is_place_unknown), v.verified_at
          ${successes} and (v.country_code is not null or v.is_place_unknown)
          order by v.verified_at desc limit ${placesMax}
        )
      ) as s
      where s.at is not null
      order by s.at desc limit ${placesMax}
    ) as p
    where p.at >= $7 or p.at = p.latest_at
  ) as places`,
};

// Actions of earlier releases left no mark of a failure, so the latest of them are read.
const failedAnswer = `select json_build_object('scanned', count(*), 'unread', 0, 'value', extract(epoch from greatest(
        (select ${markedAt} ${marks('failed')}),
        max(f.state_updated_at) filter (where f.state = 'CHALLENGE_FAILED')
      )) * 1000) from (
        select v.state, v.state_updated_at from actions v
        where v.tenant_id = $1 and v.user_id = $2 and ${ownerOf('v')} = ${owner} and ${isAnother('v')}
        order by v.created_at desc limit ${scannedMax + 1}
      ) as f`;

const eventAnswer = (time: string) =>
  `select json_build_object('scanned', 0, 'unread', 0, 'value', extract(epoch from (${time})) * 1000)`;

const eventAnswers: Readonly<Record<HistoryEvent, string>> = {
  challengeSucceeded: eventAnswer(
    `select greatest((select ${markedAt} ${marks('verified')}), (select max(v.verified_at) ${successes}))`,
  ),
  challengeFailed: failedAnswer,
  // Of actions that were removed, the latest left a mark.
  action: eventAnswer(`select greatest((select m.marked_at ${marks('acted')}), (
        select v.created_at from actions_by_month v
        where v.tenant_id = $1 and ${ownerOf('v')} = ${owner} and ${isAnother('v')} order by v.action_id desc limit 1
      ))`),
  enrolled: eventAnswer('select max(a.verified_at) from authenticators a where a.tenant_id = $1 and a.user_id = $2'),
};

const events = `json_build_object(
    ${historyEvents.map((event) => `'${event}', (${eventAnswers[event]})`).join(',\n    ')}
  ) as events`;

const joins = `
  left join users u on u.tenant_id = $1 and u.user_id = $2
  cross join lateral (
    select array_agg(a.verification_method order by a.created_at, a.authenticator_id) filter (where a.verified_at is not null)
        as methods,
      max(a.verification_method) filter (where a.authenticator_id = u.default_authenticator_id) as default_method
    from authenticators a where a.tenant_id = $1 and a.user_id = $2
  ) as f
  left join earlier e on true`;

/** As it is read: of what is kept, the place of each question from 1 on, with its answer. */
interface HistoryRow extends History {
  readonly kept?: readonly (readonly [place: number, scanned: number, unread: number, value: number | null])[] | null;
  answers?: readonly WindowAnswer[];
}

/** What is read together. With few of them, there are few statements, whatever rules ask (decision 0003). */
const groups = {
  standing: [parts.held, parts.denied, parts.hasVerified, parts.addressSeen].join(','),
  devices: parts.devices,
  places: parts.places,
  events,
} as const;
type Group = keyof typeof groups;
const groupNames = Object.keys(groups) as readonly Group[];
const groupOf: Readonly<Record<HistoryPart, Group | undefined>> = {
  attributes: undefined,
  held: 'standing',
  denied: 'standing',
  hasVerified: 'standing',
  addressSeen: 'standing',
  devices: 'devices',
  places: 'places',
};

/** Between the members of a question in one text: of a question with it in a member, nothing is kept. */
const separator = '\u001f';
const member = (place: number) => `split_part(q.question, '${separator}', ${place})`;

// What has no series that is filled in back to the start of its window is not kept, and read from actions.
const asked = `asked as materialized (
     select q.place, q.since, s.series_id, s.operator, s.party_kind, s.subject, s.action_code, s.state,
       case s.party_kind when 'user' then ${owner} when 'ip' then $8::uuid else $9::uuid end as party
     from (
       select q.question, q.place, to_timestamp(${member(6)}::bigint * 60) as since
       from unnest($10::text[]) with ordinality as q(question, place)
     ) as q
     join tally_series s on s.tenant_id = $1 and s.operator = ${member(1)} and s.party_kind = ${member(2)}
       and s.subject = ${member(3)} and s.action_code = ${member(4)} and s.state = ${member(5)} and s.ends_at is null
       and s.filled_from <= q.since
   )`;

const counted = `select * from (
            ${talliesOf('k', 'k.since')}
            limit ${scannedMax + 1}
          ) as counted`;
/** What is added up for each question: where none tells values apart, and where some do. */
const sums = {
  plain: `select count(*) as scanned, coalesce(sum(unread), 0) as unread,
        case k.operator when 'actionCount' then sum(n) else sum(amount) end as value from (${counted}) as rows`,
  distinct: (rows: string) => `select coalesce(sum(scanned), 0) as scanned, coalesce(sum(unread), 0) as unread,
        case k.operator when 'actionCount' then sum(n) when 'customSum' then sum(amount)
          else count(*) filter (where n > 0) end as value
      from (
        select value, count(*) as scanned, sum(n) as n, sum(amount) as amount, sum(unread) as unread
        from (${rows}) as rows group by value
      ) as values`,
};
/**
 * The questions about windows that a statement answers: none, those that tell no values apart where there is no earlier action, or
 * any. A part of a plan that never runs is made ready all the same, so the first two are not written as the last.
 */
type Windows = 'none' | 'plain' | 'any';
const answersOf = (earlier: Earlier, windows: Windows) => `
  (
    select json_agg(json_build_array(k.place, a.scanned, a.unread, a.value))
    from asked k cross join lateral (
      ${
        windows === 'plain'
          ? sums.plain
          : sums.distinct(
              earlier === 'none' ? counted : `${counted} union all ${withoutAction('earlier', 'k', 'k.since')}`,
            )
      }
    ) as a
  ) as kept`;

// Names the parameters that all statements have, so that each has a type whichever parts are chosen.
const keyParameters = 'select $3::text, $4::text';
const parameters = `${keyParameters}, $5::text, $6::text, $7::timestamptz, $8::uuid, $9::uuid, $10::text[]`;

/** What a statement reads of the past. */
interface Reading {
  readonly chosen: readonly Group[];
  readonly windows: Windows;
  readonly earlier: Earlier;
}

const hasOnlyKey = ({ chosen, windows }: Reading) => chosen.length === 0 && windows === 'none';

function nameOf({ chosen, windows, earlier }: Reading): string {
  const parts = [
    ...chosen,
    ...(windows === 'none' ? [] : [`${windows}_windows`]),
    ...(earlier === 'none' ? ['new'] : []),
  ];
  return ['load_history', ...parts].join('_');
}

function historyStatement(reading: Reading): Statement<HistoryRow> {
  const { chosen, windows, earlier } = reading;
  const asks = windows !== 'none';
  const columns = [base, ...chosen.map((group) => groups[group]), ...(asks ? [answersOf(earlier, windows)] : [])];
  return statement<HistoryRow>(
    nameOf(reading),
    `with ${[earlierActions[earlier], ...(asks ? [asked] : [])].join(', ')} select ${columns.join(',')}
     from (${hasOnlyKey(reading) ? keyParameters : parameters}) as given ${joins}`,
    'reads',
  );
}

const choices = groupNames.reduce<readonly (readonly Group[])[]>(
  (some, group) => [...some, ...some.map((chosen) => [...chosen, group])],
  [[]],
);

/** The shorter texts are only for what most tracks read, so that a connection has few. */
const hasShortText = (chosen: readonly Group[]) => !chosen.includes('events');
const windowsOf = { found: ['none', 'any'], none: ['none', 'plain', 'any'] } as const;
const statements: ReadonlyMap<string, Statement<HistoryRow>> = new Map(
  choices
    .flatMap((chosen) =>
      (hasShortText(chosen) ? (['found', 'none'] as const) : (['found'] as const)).map((earlier) => ({
        chosen,
        earlier,
      })),
    )
    .flatMap((some) => windowsOf[some.earlier].map((windows) => ({ ...some, windows })))
    .map((reading) => [nameOf(reading), historyStatement(reading)]),
);

function readingOf(chosen: readonly Group[], asked: readonly WindowQuestion[], isNewKey: boolean): Reading {
  const earlier = isNewKey && hasShortText(chosen) ? 'none' : 'found';
  if (asked.length === 0) return { chosen, earlier, windows: 'none' };
  const isPlain = earlier === 'none' && asked.every(({ operator }) => operator !== 'distinctCount');
  return { chosen, earlier, windows: isPlain ? 'plain' : 'any' };
}

// The counted column of each subject, and the condition under which it could not be read.
const subjects: Readonly<Record<string, { readonly column: string; readonly isUnread: string }>> = {
  user: { column: 'w.user_id', isUnread: 'false' },
  ip: { column: 'w.ip_address', isUnread: 'w.ip_address is null and w.sent_ip_address is not null' },
  device: { column: 'w.device_id', isUnread: 'false' },
  country: { column: 'w.country_code', isUnread: 'w.country_code is null and w.is_place_unknown' },
};
const ofSubject = (member: 'column' | 'isUnread') =>
  `case k.subject ${Object.entries(subjects)
    .map(([subject, of]) => `when '${subject}' then ${of[member]}`)
    .join(' ')} end`;
const amount = amountOf('w.custom', 'k.subject');

const window = (isTheirs: string, first: string) => `(
    select w.user_id, w.ip_address, w.sent_ip_address, w.device_id, w.country_code, w.is_place_unknown, w.custom,
      w.action_code, w.state, w.action_id
    from actions_by_month w where w.tenant_id = $1 and ${isTheirs} and w.action_id >= ${first} and ${isAnother('w')}
    order by w.action_id desc limit ${scannedMax + 1}
  )`;

// No index leads to the actions of an address or a device: where the tenant has more in the window than are read, the answer
// is unknown, and none is read.
const rowsStatement = statement<{ readonly answers: readonly WindowAnswer[] }>(
  'load_history_of_rows',
  `with ${earlierActions.found}, own_window as materialized ${window(`${ownerOf('w')} = ${owner}`, '$7')},
   asked as materialized (
     select q.*, q.party_kind <> 'user' and exists (
       select from actions_by_month w where w.tenant_id = $1 and w.action_id >= q.first_id offset ${scannedMax}
     ) as is_full
     from unnest($8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::uuid[])
       with ordinality as q(operator, party_kind, subject, action_code, state, first_id, place)
   ),
   window_of_all as materialized ${window(
     'true',
     "(select first_id from asked where party_kind <> 'user' and not is_full order by first_id limit 1)",
   )}
   select json_agg(json_build_object('scanned', a.scanned, 'unread', a.unread, 'value', a.value) order by k.place) as answers
   from asked k cross join lateral (
     select case when k.is_full then ${scannedMax + 1} else count(*) end as scanned,
       case k.operator
         when 'actionCount' then count(*) filter (where w.is_asked)
         when 'distinctCount' then count(distinct case when k.operator = 'distinctCount' and w.is_asked then ${ofSubject('column')} end)
         else sum(case when k.operator = 'customSum' and w.is_asked then ${amount.number} end)
       end as value,
       count(*) filter (where w.is_asked and case k.operator
         when 'distinctCount' then ${ofSubject('isUnread')} when 'customSum' then ${amount.isUnread} else false end) as unread
     from (
       select w.*, w.is_theirs and k.action_code in ('*', w.action_code) and k.state in ('*', w.state) as is_asked from (
         select w.*, true as is_theirs from own_window w where k.party_kind = 'user'
         union all
         select w.*, case k.party_kind when 'ip' then w.ip_address = $5 else w.device_id = $6 end
         from window_of_all w where k.party_kind <> 'user' and not k.is_full
       ) as w where w.action_id >= k.first_id
     ) as w
   ) as a`,
);

export interface HistoryRequest extends ActionKey {
  /** Whether the key was made just now, so that no action can be under it. */
  readonly isNewKey: boolean;
  readonly address: string | null;
  readonly deviceId: string | null;
  /** The hashes that they are counted by. */
  readonly addressParty: string | null;
  readonly deviceParty: string | null;
  /** Verified places before this are not read, except for the latest. */
  readonly placesSinceMs: number;
  readonly parts: ReadonlySet<HistoryPart>;
  readonly questions: readonly WindowQuestion[];
  /** Whether the times of {@link historyEvents} are read. */
  readonly asksEvents: boolean;
}

/**
 * All history that a decision needs, in one round trip; in two while what a rule asks is not kept yet from the start of its
 * window on.
 */
export async function loadHistory(sql: Sql, request: HistoryRequest): Promise<History> {
  const { parts: wanted, questions: all, asksEvents, isNewKey } = request;
  const chosen = groupNames.filter((group) =>
    group === 'events' ? asksEvents : [...wanted].some((part) => groupOf[part] === group),
  );
  const reading = readingOf(chosen, all, isNewKey);
  const key = keyValues(request);
  const made = statements.get(nameOf(reading));
  if (made === undefined) throw new Error('There is a statement for every reading.');
  const [row] = await sql.query(made, hasOnlyKey(reading) ? key : [...key, ...historyValues(request)]);
  if (row === undefined) throw new Error('The history statement always gives one row.');
  if (all.length === 0) return row;
  const kept = new Map(row.kept?.map(([place, scanned, unread, value]) => [place - 1, { scanned, unread, value }]));
  const others = all.filter((question, index) => !kept.has(index) && hasParty(request, question));
  const read = others.length === 0 ? [] : [...(await loadFromRows(sql, request, others))];
  // Not a copy, whose members would be slow to read: see "the hot path" in docs/performance.md.
  row.answers = all.map((question, index) => {
    return kept.get(index) ?? (hasParty(request, question) ? read.shift() : undefined) ?? noAnswer;
  });
  return row;
}

/** Of an address or a device that was not sent. */
const noAnswer: WindowAnswer = { scanned: 0, unread: 0, value: 0 };

function hasParty({ address, deviceId }: HistoryRequest, { partyKind }: WindowQuestion): boolean {
  return partyKind === 'user' || (partyKind === 'ip' ? address : deviceId) !== null;
}

function historyValues(request: HistoryRequest): readonly SqlValue[] {
  return [
    request.address,
    request.deviceId,
    sqlTime(request.placesSinceMs),
    request.addressParty,
    request.deviceParty,
    request.questions.map(questionText),
  ];
}

function questionText({ operator, partyKind, subject, actionCode, state, sinceMs }: WindowQuestion): string {
  // A minute counts as a whole: actions that are up to a minute older than the window count too.
  const minute = Math.floor(sinceMs / minuteMs);
  const members = [operator, partyKind, subject, actionCode, state];
  const isPlain = members.every((one) => !one.includes(separator));
  return [...(isPlain ? members : members.map(() => '')), minute].join(separator);
}

function membersOf(asked: readonly WindowQuestion[]): readonly (readonly string[])[] {
  return [
    asked.map(({ operator }) => operator),
    asked.map(({ partyKind }) => partyKind),
    asked.map(({ subject }) => subject),
    asked.map(({ actionCode }) => actionCode),
    asked.map(({ state }) => state),
  ];
}

async function loadFromRows(
  sql: Sql,
  request: HistoryRequest,
  asked: readonly WindowQuestion[],
): Promise<readonly WindowAnswer[]> {
  const [row] = await sql.query(rowsStatement, [
    ...keyValues(request),
    request.address,
    request.deviceId,
    longestWindow(asked.filter(({ partyKind }) => partyKind === 'user')),
    ...membersOf(asked),
    asked.map(({ sinceMs }) => firstIdAt(sinceMs)),
  ]);
  return row?.answers ?? [];
}

/** The first id in the longest window; null if there is none. */
function longestWindow(asked: readonly WindowQuestion[]): string | null {
  return asked.length === 0 ? null : firstIdAt(Math.min(...asked.map(({ sinceMs }) => sinceMs)));
}
