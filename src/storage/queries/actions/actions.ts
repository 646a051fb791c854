import { normalEmail } from '../../../core/authenticators/normal-email.ts';
import { quotas } from '../../../core/quotas.ts';
import { sqlTime, statement } from '../../sql.ts';
import type { Sql, SqlValue, Statement, Store } from '../../sql.ts';
import { countMove, countNew, talliedColumns } from '../tallies.ts';
import { waitForEarlierTracks } from '../users.ts';
import { markedColumns, markEnd, markSuccess, takeBackFailure } from '../user-marks.ts';
import { isActionWithId, isNamed, keyValues, named, ownId, ownerOf } from './named.ts';
import type { ActionKey } from './named.ts';
import { enterReview, leaveReview } from './entered-reviews.ts';
import { firstIdAt } from './months.ts';

export interface ActionRow {
  readonly userId: string;
  readonly actionCode: string;
  readonly idempotencyKey: string;
  readonly actionId: string;
  readonly state: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly stateUpdatedAt: number;
  /** Whether it was decided by a track, or by a caller that sets states (ruling 36). */
  readonly isTracked: boolean;
  /** When it was decided, if that was after it was created. */
  readonly decidedAt: number | null;
  /** When the proof that completed it was made, or its state was set without a proof. */
  readonly verifiedAt: number | null;
  readonly verificationMethod: string | null;
  readonly verifiedByAuthenticatorId: string | null;
  /** The assurance of the proof that completed it. */
  readonly assurance: string | null;
  /** As it was sent. */
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly deviceId: string | null;
  readonly countryCode: string | null;
  readonly decision: unknown;
  readonly custom: Readonly<Record<string, unknown>> | null;
}

/** The columns of {@link ActionRow}. */
export const actionColumns = `user_id, action_code, idempotency_key, action_id, state, created_at, updated_at, state_updated_at,
  is_tracked, decided_at, verified_at, verification_method, verified_by_authenticator_id,
  coalesce(sent_ip_address, ip_address) as ip_address, user_agent, device_id, country_code, decision, custom, assurance`;

/** A decided action, with what is to be stored of it. */
export interface DecidedAction extends ActionKey {
  readonly actionId: string;
  /** As the decision sets it; an earlier proof may take precedence. */
  readonly state: string;
  readonly isTracked: boolean;
  readonly nowMs: number;
  readonly redirectUrl: string | undefined;
  readonly redirectToSettings: boolean;
  /** In its normal form; undefined if none was sent, or if it cannot be read. */
  readonly ipAddress: string | undefined;
  /** What was sent, if it is not in the normal form. */
  readonly sentIpAddress: string | undefined;
  readonly userAgent: string | undefined;
  readonly deviceId: string | undefined;
  /** The hashes that the address and the device are counted by. */
  readonly addressParty: string | null;
  readonly deviceParty: string | null;
  readonly locale: string | undefined;
  /** The decision record, as JSON text. */
  readonly decision: string;
  /** `custom` of the track call, as JSON text. */
  readonly custom: string | undefined;
  readonly countryCode: string | null;
  /** Whether the address has a place that could not be determined. */
  readonly isPlaceUnknown: boolean;
  /** Of the city, in degrees; null if only the country is known. */
  readonly latitude: number | null;
  readonly longitude: number | null;
  /** Attributes for the user's row; absent ones stay as stored. */
  readonly email: string | undefined;
  readonly phoneNumber: string | undefined;
  readonly username: string | undefined;
  /** Whether its user is new, and a node of the release before may be recording an action of the same one. */
  readonly mayBeTrackedByEarlierNode: boolean;
  /** The outcome to create the action's configuration with, if this node does not know one yet. */
  readonly newConfigurationResult: string | undefined;
}

/** What a track writes beyond the action itself. */
interface Extras {
  /** Whether its key is the caller's, and not the action's id, which the server made. */
  readonly hasOwnKey: boolean;
  /** Whether the user's row gets new attributes. It is locked for that, so only if there are any. */
  readonly attributes: boolean;
  readonly device: boolean;
  /** Whether it waits for a review. */
  readonly review: boolean;
}

/** The attributes that were sent, in the user's row: one that was there before the row in `action` was written. */
export const takeAttributes = `, attributed as (
     update users u set
       email = coalesce($19, u.email), email_normal = coalesce($25, u.email_normal),
       email_verified = u.email_verified and ($19::text is null or $25::text = coalesce(u.email_normal, u.email, '')),
       phone_number = coalesce($20, u.phone_number),
       phone_number_verified = u.phone_number_verified and ($20::text is null or $20 = u.phone_number),
       username = coalesce($21, u.username), updated_at = $7
     from action
     where u.tenant_id = $1 and u.user_id = $2
       and (coalesce($19, u.email), coalesce($20, u.phone_number), coalesce($21, u.username))
         is distinct from (u.email, u.phone_number, u.username)
   )`;

// A statement of its own: what writes an action may run on another server than a function that takes the next version and
// notifies nodes (decision 0034).
const configureStatement = statement<{ isThere: boolean }>(
  'make_action_configuration',
  'select make_action_configuration($1, $2, $3, $4, $5) as is_there',
);

/**
 * Stores an action by `store`, once earlier nodes no longer store one of its user, and the configuration for its code with
 * it if there is to be one and the tenant has room for it (ruling 52): both or neither.
 */
export async function withConfiguration(
  db: Store,
  action: DecidedAction,
  store: (sql: Sql) => Promise<StoredAction | undefined>,
): Promise<StoredAction | undefined> {
  const { tenantId, userId, actionCode, newConfigurationResult: result, mayBeTrackedByEarlierNode, nowMs } = action;
  if (result === undefined && !mayBeTrackedByEarlierNode) return store(db);
  return db.transaction(async (sql) => {
    if (mayBeTrackedByEarlierNode) await waitForEarlierTracks(sql, tenantId, userId, nowMs);
    const stored = await store(sql);
    if (stored === undefined || result === undefined) return stored;
    const { max } = quotas.actionConfigurationsByTracking;
    const [row] = await sql.query(configureStatement, [tenantId, actionCode, result, sqlTime(nowMs), max]);
    return { ...stored, hasConfiguration: row?.isThere === true };
  });
}

/** An action as it was stored. */
export interface StoredAction {
  readonly state: string;
  /**
   * False if its code has no configuration, because tracking may create no more; undefined if none had to be created.
   */
  readonly hasConfiguration?: boolean;
}

const createDevice = `, device as (
     insert into devices (tenant_id, user_id, device_id, created_at)
     select $1, $2, $12, $7 from action
     on conflict do nothing
   )`;

// A key that the server made is the action's id, and needs no row.
const claimKey = `insert into action_keys (tenant_id, owner_id, action_code, idempotency_key, action_id)
       select $1, id, $3, $4, $5 from own where id is not null
       on conflict do nothing returning owner_id as id`;

const recordStatements = new Map<string, Statement<StoredAction>>();

function recordStatement(extras: Extras): Statement<StoredAction> {
  const { hasOwnKey, attributes, device, review } = extras;
  const name = `record_decided_action${hasOwnKey ? '_key' : ''}${attributes ? '_attributes' : ''}${device ? '_device' : ''}${review ? '_review' : ''}`;
  const known = recordStatements.get(name);
  if (known !== undefined) return known;
  const made = statement<StoredAction>(
    name,
    // The first action's id is the own id of a new user's row. Where the user is just being deleted, the insert waits,
    // and then the row is new; where another call is just creating it, nothing is written.
    `with new_user as (
       insert into users (tenant_id, user_id, own_id, email, email_normal, phone_number, username, created_at, updated_at)
       values ($1, $2, $5, $19, $25, $20, $21, $7, $7)
       on conflict (tenant_id, user_id) do nothing returning own_id
     ), own as materialized (
       select coalesce((select own_id from new_user), ${ownId}) as id
     ), claimed as (
       ${hasOwnKey ? claimKey : 'select id from own where id is not null'}
     ), action as (
       insert into actions_by_month (tenant_id, user_id, action_code, idempotency_key, action_id, state,
         created_at, updated_at, state_updated_at,
         redirect_url, redirect_to_settings, ip_address, user_agent, device_id, locale, decision,
         custom, country_code, latitude, longitude, is_tracked, sent_ip_address, is_place_unknown, owner_id,
         address_party, device_party)
       select $1, $2, $3, $4, $5, $6, $7, $7, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $22, $23, $24, id, $26, $27
       from claimed
       on conflict do nothing
       returning ${talliedColumns('actions_by_month')}
     ), ${countNew('action')}${attributes ? takeAttributes : ''}${device ? createDevice : ''}${review ? `, ${enterReview('action', '$7')}` : ''}
     select state from action`,
    'writes',
  );
  recordStatements.set(name, made);
  return made;
}

/**
 * Records an action with its decision, its user and its device in one statement, and with its configuration if that is
 * new. Undefined if another request recorded the same idempotency key first: then nothing at all was written (ruling 11).
 */
export async function recordAction(db: Store, action: DecidedAction): Promise<StoredAction | undefined> {
  return withConfiguration(db, action, async (sql) => {
    const [row] = await sql.query(recordStatement(extrasOf(action)), decidedValues(action));
    return row;
  });
}

/** What is written in addition to the action. */
function extrasOf({ idempotencyKey, actionId, email, phoneNumber, username, deviceId, state }: DecidedAction): Extras {
  return {
    hasOwnKey: idempotencyKey !== actionId,
    attributes: (email ?? phoneNumber ?? username) !== undefined,
    device: deviceId !== undefined,
    review: state === 'REVIEW_REQUIRED',
  };
}

/** The values of a statement that stores a decided action, in the order that `recordStatement` names. */
export function decidedValues(action: DecidedAction): readonly SqlValue[] {
  return [
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
    action.addressParty,
    action.deviceParty,
  ];
}

const loadActionStatement = statement<ActionRow>(
  'load_action',
  `with ${named} select ${actionColumns} from actions_by_month a where ${isNamed('a')}`,
  'reads',
);

export async function loadAction(sql: Sql, key: ActionKey): Promise<ActionRow | undefined> {
  const [row] = await sql.query(loadActionStatement, keyValues(key));
  return row;
}

const lockActionStatement = statement<ActionRow>(
  'lock_action',
  `with ${named} select ${actionColumns} from actions_by_month a where ${isNamed('a')} for update`,
);

/** Reads an action and locks its row until the transaction ends. */
export async function lockAction(sql: Sql, key: ActionKey): Promise<ActionRow | undefined> {
  const [row] = await sql.query(lockActionStatement, keyValues(key));
  return row;
}

/** Makes the device of an action known that has just succeeded: for the row in `changed`, at the time `now`. */
export const knowDevice = (changed: string, now: string) =>
  `update devices d set authenticated_at = c.verified_at,
     last_verification_method = coalesce(c.verification_method, d.last_verification_method)
   from ${changed} c
   where d.tenant_id = c.tenant_id and d.user_id = c.user_id and d.device_id = c.device_id and c.verified_at = ${now}`;

const lockStateStatement = statement<{ state: string }>(
  'lock_action_state',
  `select state from actions_by_month a where ${isActionWithId('a', '$5')} for update`,
);

/**
 * The state of the action with this id, whose row is locked until the transaction ends; undefined if it was deleted.
 */
export async function lockActionState(sql: Sql, key: ActionKey, actionId: string): Promise<string | undefined> {
  const [row] = await sql.query(lockStateStatement, [...keyValues(key), actionId]);
  return row?.state;
}

const recordStateStatement = statement<never>(
  'record_action_state',
  `with ${named}, before as materialized (
     select ${talliedColumns('a')} from actions_by_month a where ${isNamed('a')} for update
   ), changed as (
     update actions_by_month a set state = $5, is_tracked = true, proofs = null,
       state_updated_at = case when state = $5 then state_updated_at else $6 end,
       updated_at = case when state = $5 then updated_at else $6 end,
       verified_at = case when $5 = 'CHALLENGE_SUCCEEDED' and state <> $5 then $6 else verified_at end
     -- Locked before it is changed: a row that its own statement has changed is not seen by what locks it.
     where ${isNamed('a')} and exists (select from before)
     returning ${markedColumns('a')}
   ), ${countMove('before', 'changed', '$7')}, device as (${knowDevice('changed', '$6')}), ${markSuccess('changed', '$6')},
   ${markEnd('failed', 'changed', `c.state = 'CHALLENGE_FAILED' and c.state_updated_at = $6`, '$6')},
   ${takeBackFailure('changed')}, ${enterReview('changed', '$6')},
   ${leaveReview('changed', '$6', { by: '$8', note: '$9' })}
   select`,
);

/** Who decided a review in the portal, and why. */
export interface ReviewDecision {
  readonly operatorId: string;
  readonly note: string | undefined;
}

/**
 * Sets the state without a proof, which also makes the action tracked, because it has been decided. CHALLENGE_SUCCEEDED
 * makes the action's device, address and place known ones (ruling 35).
 */
export async function recordActionState(
  sql: Sql,
  key: ActionKey,
  change: { readonly state: string; readonly nowMs: number; readonly moveId: string; readonly review?: ReviewDecision },
): Promise<void> {
  const { state, nowMs, moveId, review } = change;
  const { operatorId = null, note = null } = review ?? {};
  await sql.query(recordStateStatement, [...keyValues(key), state, sqlTime(nowMs), moveId, operatorId, note]);
}

const recordDenialStatement = statement<{ state: string }>(
  'record_denial',
  `with before as materialized (
     select ${talliedColumns('a')} from actions_by_month a where ${isActionWithId('a', '$5')} for update
   ), changed as (
     update actions_by_month a set
     (state, state_updated_at, proofs) = (
       select 'CHALLENGE_FAILED', $6::timestamptz, null where state in ('ALLOW', 'CHALLENGE_REQUIRED')
       union all
       select state, state_updated_at, proofs where state not in ('ALLOW', 'CHALLENGE_REQUIRED')
     ),
     denied_at = case when $7 then $6 else denied_at end, updated_at = $6
   where ${isActionWithId('a', '$5')} and exists (select from before)
   returning ${markedColumns('a')}
   ), ${countMove('before', 'changed', '$8')}, ${markEnd('denied', 'changed', '$7', '$6')},
   ${markEnd('failed', 'changed', `c.state = 'CHALLENGE_FAILED' and c.state_updated_at = $6`, '$6')}
   select state from changed`,
);

/**
 * Records that someone who was asked to confirm an action denied it as not theirs. The action fails if its state is
 * ALLOW or CHALLENGE_REQUIRED; any other state stays. Only the user's own denial (`isUsers`) is stored for rules.
 * Returns the state; undefined if the action was deleted.
 */
export async function recordDenial(
  sql: Sql,
  denial: {
    readonly key: ActionKey;
    readonly actionId: string;
    readonly isUsers: boolean;
    readonly nowMs: number;
    readonly moveId: string;
  },
): Promise<string | undefined> {
  const { key, actionId, isUsers, nowMs, moveId } = denial;
  const [row] = await sql.query(recordDenialStatement, [...keyValues(key), actionId, sqlTime(nowMs), isUsers, moveId]);
  return row?.state;
}

const loadUserActionsStatement = statement<ActionRow>(
  'load_user_actions',
  // By id: it has the time that the action was made at.
  `select ${actionColumns} from actions_by_month a
   where a.tenant_id = $1 and ${ownerOf('a')} = ${ownId} and a.action_id >= $3 and a.action_id < $6
     and ($4::text[] is null or action_code = any($4)) and ($5::text is null or state = $5)
   order by a.action_id desc limit $7`,
);

// Before every action in the order of the list.
const listStart = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Newest first. */
export async function loadUserActions(
  sql: Sql,
  filter: {
    tenantId: string;
    userId: string;
    fromMs: number;
    actionCodes: readonly string[] | undefined;
    state: string | undefined;
    /** The id of the action that the list continues after. */
    after: string | undefined;
    limit: number;
  },
): Promise<readonly ActionRow[]> {
  return sql.query(loadUserActionsStatement, [
    filter.tenantId,
    filter.userId,
    firstIdAt(filter.fromMs),
    filter.actionCodes ?? null,
    filter.state ?? null,
    filter.after ?? listStart,
    filter.limit,
  ]);
}

const makeRoomStatement = statement<never>(
  'make_room_for_action',
  `with ${named}, dangling as (
     delete from action_keys k
     where k.tenant_id = $1 and k.owner_id = (select id from own) and k.action_code = $3 and k.idempotency_key = $4
       and not exists (
         select from actions_by_month a
         where a.tenant_id = $1 and a.action_id = k.action_id and a.action_code = k.action_code
       )
   )
   update actions a set idempotency_key = a.action_id::text
   where a.tenant_id = $1 and a.user_id = $2 and a.action_code = $3 and a.idempotency_key = $4
     and ${ownerOf('a')} is distinct from (select id from own)`,
);

/**
 * Frees a key that no action of the user can be found under and that could still not be written: of an action that is
 * gone, or, in the table of earlier releases, of an earlier user with this id.
 */
export async function makeRoomForAction(sql: Sql, key: ActionKey): Promise<void> {
  await sql.query(makeRoomStatement, keyValues(key));
}
