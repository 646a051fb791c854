import { normalEmail } from '../../core/authenticators/normal-email.ts';
import { quotas } from '../../core/quotas.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Sql, SqlValue, Statement } from '../sql.ts';
import { isOfUser } from './departed-users.ts';

export interface ActionKey {
  readonly tenantId: string;
  readonly userId: string;
  readonly actionCode: string;
  readonly idempotencyKey: string;
}

export interface ActionRow {
  readonly user_id: string;
  readonly action_code: string;
  readonly idempotency_key: string;
  readonly action_id: string;
  readonly state: string;
  readonly created_at: number;
  readonly updated_at: number;
  readonly state_updated_at: number;
  /** Whether a track has decided it, or somebody who sets states (ruling 36). */
  readonly is_tracked: boolean;
  /** When it was decided, where that was after it was made. */
  readonly decided_at: number | null;
  /** When the proof was given that completed it, or the state was set without one. */
  readonly verified_at: number | null;
  readonly verification_method: string | null;
  readonly verified_by_authenticator_id: string | null;
  /** How much the proof says that completed it. */
  readonly assurance: string | null;
  /** As it was sent. */
  readonly ip_address: string | null;
  readonly user_agent: string | null;
  readonly device_id: string | null;
  readonly country_code: string | null;
  readonly decision: unknown;
  readonly custom: Readonly<Record<string, unknown>> | null;
}

const columns = `user_id, action_code, idempotency_key, action_id, state, created_at, updated_at, state_updated_at,
  is_tracked, decided_at, verified_at, verification_method, verified_by_authenticator_id,
  coalesce(sent_ip_address, ip_address) as ip_address, user_agent, device_id, country_code, decision, custom, assurance`;

const keyMatches = `${isOfUser('actions')} and action_code = $3 and idempotency_key = $4`;

function keyValues(key: ActionKey) {
  return [key.tenantId, key.userId, key.actionCode, key.idempotencyKey] as const;
}

/** An action that was decided, with what is to be stored of it. */
export interface DecidedAction extends ActionKey {
  readonly actionId: string;
  /** As the decision has it; a proof that was given before it may stand above it. */
  readonly state: string;
  readonly isTracked: boolean;
  readonly nowMs: number;
  readonly redirectUrl: string | undefined;
  readonly redirectToSettings: boolean;
  /** In its one spelling; undefined if none was sent or what was sent cannot be read. */
  readonly ipAddress: string | undefined;
  /** What was sent, where it is not that spelling. */
  readonly sentIpAddress: string | undefined;
  readonly userAgent: string | undefined;
  readonly deviceId: string | undefined;
  readonly locale: string | undefined;
  /** The decision record, as JSON text. */
  readonly decision: string;
  /** `custom` of the track call, as JSON text. */
  readonly custom: string | undefined;
  readonly countryCode: string | null;
  /** Whether there is a place that could not be told. */
  readonly isPlaceUnknown: boolean;
  /** Of the city, in degrees; null where only the country is known. */
  readonly latitude: number | null;
  readonly longitude: number | null;
  /** Attributes for the user's row; what is absent stays as stored. */
  readonly email: string | undefined;
  readonly phoneNumber: string | undefined;
  readonly username: string | undefined;
  /** The outcome to create the action's configuration with, when this node has not seen it yet. */
  readonly newConfigurationResult: string | undefined;
}

/** What a track writes beyond the action itself. */
interface Extras {
  /** The user's row takes attributes; it is locked for that, so only where there are some. */
  readonly attributes: boolean;
  readonly configuration: boolean;
  readonly device: boolean;
}

const takeAttributes = `do update set
       email = coalesce(excluded.email, users.email),
       email_normal = coalesce(excluded.email_normal, users.email_normal),
       email_verified = users.email_verified
         and (excluded.email is null or excluded.email_normal = coalesce(users.email_normal, users.email, '')),
       phone_number = coalesce(excluded.phone_number, users.phone_number),
       phone_number_verified =
         users.phone_number_verified and (excluded.phone_number is null or excluded.phone_number = users.phone_number),
       username = coalesce(excluded.username, users.username),
       updated_at = excluded.updated_at
     where (
       coalesce(excluded.email, users.email),
       coalesce(excluded.phone_number, users.phone_number),
       coalesce(excluded.username, users.username)
     ) is distinct from (users.email, users.phone_number, users.username)`;

/** The configuration of the code of the row in `action`, if the tenant has room for one (ruling 52). */
export const createConfiguration = `, configuration as materialized (
     select make_action_configuration($1, $3, $26, $7, ${quotas.actionConfigurationsByTracking.max}) as is_there from action
   )`;
/** Whether there is one now. A part of a statement that nothing reads is not carried out. */
export const hasConfiguration = ', (select is_there from configuration) as has_configuration';

/** An action as it was stored. */
export interface StoredAction {
  readonly state: string;
  /** False if its code has no configuration, because tracking may make no more; undefined where none was to be made. */
  readonly has_configuration?: boolean;
}

const createDevice = `, device as (
     insert into devices (tenant_id, user_id, device_id, created_at)
     select $1, $2, $12, $7 from action
     on conflict do nothing
   )`;

/** The user of the row in `action`, with what was sent of them. */
export const createUser = (attributes: boolean) => `, the_user as (
     insert into users (tenant_id, user_id, email, email_normal, phone_number, username, created_at, updated_at)
     select $1, $2, $19, $25, $20, $21, $7, $7 from action
     on conflict (tenant_id, user_id) ${attributes ? takeAttributes : 'do nothing'}
   )`;

const recordStatements = new Map<string, Statement<StoredAction>>();

// What tracking and deleting a user meet at. A lock on the user's row would be written to it by every track; this one
// lives in memory.
const userLock = `hashtextextended($1::uuid::text || $2::text, 0)`;

function recordStatement(extras: Extras): Statement<StoredAction> {
  const { attributes, configuration, device } = extras;
  const name = `record_decided_action${attributes ? '_attributes' : ''}${configuration ? '_configuration' : ''}${device ? '_device' : ''}`;
  const known = recordStatements.get(name);
  if (known !== undefined) return known;
  const made = statement<StoredAction>(
    name,
    `with action as (
       insert into actions (tenant_id, user_id, action_code, idempotency_key, action_id, state,
         created_at, updated_at, state_updated_at,
         redirect_url, redirect_to_settings, ip_address, user_agent, device_id, locale, decision,
         custom, country_code, latitude, longitude, is_tracked, sent_ip_address, is_place_unknown, user_epoch)
       select $1, $2, $3, $4, $5, $6, $7, $7, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $22, $23, $24,
         current_user_epoch($1, $2)
       from (select pg_advisory_xact_lock_shared(${userLock})) as tracking
       on conflict (tenant_id, user_id, action_code, idempotency_key) do nothing
       returning action_id, state
     )${createUser(attributes)}${configuration ? createConfiguration : ''}${device ? createDevice : ''}
     select state${configuration ? hasConfiguration : ''} from action`,
    // The tenant's row, which a new configuration writes to, is everybody's.
    configuration ? undefined : 'writes',
  );
  recordStatements.set(name, made);
  return made;
}

/**
 * Records an action with its decision, its user, its device and, if new, its configuration, in one statement. Undefined if
 * another request recorded the same idempotency key first: then nothing at all was written (ruling 11).
 */
export async function recordAction(sql: Sql, action: DecidedAction): Promise<StoredAction | undefined> {
  const [row] = await sql.query(recordStatement(extrasOf(action)), decidedValues(action));
  return row;
}

/** What is written beside the action itself. */
export function extrasOf({ email, phoneNumber, username, newConfigurationResult, deviceId }: DecidedAction): Extras {
  return {
    attributes: (email ?? phoneNumber ?? username) !== undefined,
    configuration: newConfigurationResult !== undefined,
    device: deviceId !== undefined,
  };
}

/** The values of a statement that stores a decided action, in the order that `recordStatement` names. */
export function decidedValues(action: DecidedAction): readonly SqlValue[] {
  const values = [
    action.tenantId,
    action.userId,
    action.actionCode,
    action.idempotencyKey,
    action.actionId,
    action.state,
    sqlTime(action.nowMs),
    action.redirectUrl ?? null,
    action.redirectToSettings,
    action.ipAddress ?? null,
    action.userAgent ?? null,
    action.deviceId ?? null,
    action.locale ?? null,
    action.decision,
    action.custom ?? null,
    action.countryCode,
    action.latitude,
    action.longitude,
    action.email ?? null,
    action.phoneNumber ?? null,
    action.username ?? null,
    action.isTracked,
    action.sentIpAddress ?? null,
    action.isPlaceUnknown,
    action.email === undefined ? null : normalEmail(action.email),
  ];
  const { newConfigurationResult } = action;
  return newConfigurationResult === undefined ? values : [...values, newConfigurationResult];
}

const loadActionStatement = statement<ActionRow>(
  'load_action',
  `select ${columns} from actions where ${keyMatches}`,
  'reads',
);

export async function loadAction(sql: Sql, key: ActionKey): Promise<ActionRow | undefined> {
  const [row] = await sql.query(loadActionStatement, keyValues(key));
  return row;
}

const lockActionStatement = statement<ActionRow>(
  'lock_action',
  `select ${columns} from actions where ${keyMatches} for update`,
);

/** Reads an action and holds its row until the transaction ends. */
export async function lockAction(sql: Sql, key: ActionKey): Promise<ActionRow | undefined> {
  const [row] = await sql.query(lockActionStatement, keyValues(key));
  return row;
}

/** Makes the device of an action known that has just succeeded: of the row in `changed`, at the time `now`. */
export const knowDevice = (changed: string, now: string) =>
  `update devices d set authenticated_at = c.verified_at from ${changed} c
   where d.tenant_id = c.tenant_id and d.user_id = c.user_id and d.device_id = c.device_id and c.verified_at = ${now}`;

const lockStateStatement = statement<{ state: string }>(
  'lock_action_state',
  `select state from actions where ${keyMatches} and action_id = $5 for update`,
);

/** The state of the action of an id, whose row is held until the transaction ends; undefined if it is not there any more. */
export async function lockActionState(sql: Sql, key: ActionKey, actionId: string): Promise<string | undefined> {
  const [row] = await sql.query(lockStateStatement, [...keyValues(key), actionId]);
  return row?.state;
}

const recordStateStatement = statement<never>(
  'record_action_state',
  `with changed as (
     update actions set state = $5, is_tracked = true, proofs = null,
       state_updated_at = case when state = $5 then state_updated_at else $6 end,
       updated_at = case when state = $5 then updated_at else $6 end,
       verified_at = case when $5 = 'CHALLENGE_SUCCEEDED' and state <> $5 then $6 else verified_at end
     where ${keyMatches}
     returning tenant_id, user_id, device_id, verified_at
   )
   ${knowDevice('changed', '$6')}`,
);

/**
 * Sets the state, where no proof does, and with it that the action is tracked: somebody has decided it. CHALLENGE_SUCCEEDED
 * makes the action's device, address and place known ones (ruling 35).
 */
export async function recordActionState(sql: Sql, key: ActionKey, state: string, nowMs: number): Promise<void> {
  await sql.query(recordStateStatement, [...keyValues(key), state, sqlTime(nowMs)]);
}

const recordDenialStatement = statement<{ state: string }>(
  'record_denial',
  `update actions set
     (state, state_updated_at, proofs) = (
       select 'CHALLENGE_FAILED', $6::timestamptz, null where state in ('ALLOW', 'CHALLENGE_REQUIRED')
       union all
       select state, state_updated_at, proofs where state not in ('ALLOW', 'CHALLENGE_REQUIRED')
     ),
     denied_at = case when $7 then $6 else denied_at end, updated_at = $6
   where ${keyMatches} and action_id = $5
   returning state`,
);

/**
 * Records that somebody who was asked to confirm an action says that it is not theirs: it fails if it stands at ALLOW or
 * CHALLENGE_REQUIRED, and stays where else it stands. Only a word of the user's own (`isUsers`) is kept for rules. Gives the
 * state; undefined if the action is not there any more.
 */
export async function recordDenial(
  sql: Sql,
  denial: { readonly key: ActionKey; readonly actionId: string; readonly isUsers: boolean; readonly nowMs: number },
): Promise<string | undefined> {
  const { key, actionId, isUsers, nowMs } = denial;
  const [row] = await sql.query(recordDenialStatement, [...keyValues(key), actionId, sqlTime(nowMs), isUsers]);
  return row?.state;
}

const loadUserActionsStatement = statement<ActionRow>(
  'load_user_actions',
  `select ${columns} from actions
   where ${isOfUser('actions')} and created_at >= $3
     and ($4::text[] is null or action_code = any($4)) and ($5::text is null or state = $5)
     and created_at <= $6 and (created_at < $6 or action_id < $7)
   order by created_at desc, action_id desc limit $8`,
);

/** Where a list of actions goes on: behind the one of this time and id. */
export interface ActionPosition {
  readonly createdAtMs: number;
  readonly actionId: string;
}

// Before every action in the order of the list.
const listStart: ActionPosition = {
  createdAtMs: Date.UTC(9999, 0, 1),
  actionId: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
};

/** Newest first. */
export async function loadUserActions(
  sql: Sql,
  filter: {
    tenantId: string;
    userId: string;
    fromMs: number;
    actionCodes: readonly string[] | undefined;
    state: string | undefined;
    after: ActionPosition | undefined;
    limit: number;
  },
): Promise<readonly ActionRow[]> {
  const after = filter.after ?? listStart;
  return sql.query(loadUserActionsStatement, [
    filter.tenantId,
    filter.userId,
    sqlTime(filter.fromMs),
    filter.actionCodes ?? null,
    filter.state ?? null,
    sqlTime(after.createdAtMs),
    after.actionId,
    filter.limit,
  ]);
}

const holdTracksStatement = statement<{ held: string }>(
  'hold_tracks',
  `select pg_advisory_xact_lock(${userLock})::text as held`,
);

/**
 * Waits for the tracks of a user that are being recorded and holds up new ones until the transaction ends, so that no
 * action outlives its user by being recorded between two statements.
 */
export async function holdTracks(sql: Sql, tenantId: string, userId: string): Promise<void> {
  await sql.query(holdTracksStatement, [tenantId, userId]);
}
