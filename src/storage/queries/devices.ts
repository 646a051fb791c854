import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { ownerOf, ownId } from './actions/named.ts';

export interface DeviceRow {
  readonly userId: string;
  readonly deviceId: string;
  readonly createdAt: number;
  /** When its user last verified from it. */
  readonly authenticatedAt: number | null;
  readonly invalidatedAt: number | null;
  readonly lastVerificationMethod: string | null;
  /** As its user calls it. */
  readonly name: string | null;
  readonly rememberedUntil: number | null;
  /** SHA-256 of the secret in the cookie of the page that remembered it; null if no page did. */
  readonly cookieHash: Buffer | null;
  /** The number of the newest cookie. */
  readonly cookieGeneration: number;
  /** When each of the three cookies before was replaced, newest first. */
  readonly cookieRotatedAt: readonly number[];
}

/** Devices of one user that are read at most, those first that were used last: callers make up the ids. */
const devicesMax = 1_000;

const columns = `d.user_id, d.device_id, d.created_at, d.authenticated_at, d.invalidated_at, d.last_verification_method,
  d.name, d.remembered_until, d.cookie_hash, d.cookie_generation, d.cookie_rotated_at`;
const isTheOne = 'd.tenant_id = $1 and d.user_id = $2 and d.device_id = $3';

const listStatement = statement<DeviceRow>(
  'list_devices',
  `select ${columns} from devices d where d.tenant_id = $1 and d.user_id = $2
   order by coalesce(d.authenticated_at, d.created_at) desc, d.device_id collate "C" limit ${devicesMax}`,
);

/** The devices of a user, latest use first; none for a user who is not known. */
export async function listDevices(sql: Sql, tenantId: string, userId: string): Promise<readonly DeviceRow[]> {
  return sql.query(listStatement, [tenantId, userId]);
}

const loadStatement = statement<DeviceRow>('load_device', `select ${columns} from devices d where ${isTheOne}`);

/** One device. Whoever changes it has locked its user. */
export async function loadDevice(
  sql: Sql,
  tenantId: string,
  userId: string,
  deviceId: string,
): Promise<DeviceRow | undefined> {
  const [row] = await sql.query(loadStatement, [tenantId, userId, deviceId]);
  return row;
}

const byCookieStatement = statement<DeviceRow>(
  'load_device_by_cookie',
  `select ${columns} from devices d
   where d.tenant_id = $1 and d.user_id = $2 and d.cookie_hash = $3 and d.remembered_until > $4`,
);

/** The device of a user that is remembered now by this hash of its cookie's secret. */
export async function loadDeviceByCookie(
  sql: Sql,
  tenantId: string,
  userId: string,
  cookieHash: Buffer,
  nowMs: number,
): Promise<DeviceRow | undefined> {
  const [row] = await sql.query(byCookieStatement, [tenantId, userId, cookieHash, sqlTime(nowMs)]);
  return row;
}

/** A device with what its user recognises it by. */
export interface SeenDevice extends DeviceRow {
  /**
   * Of the latest action from it that has one, of the user's latest {@link recentMax}; null if none has, or they are older
   * than the tenant keeps addresses.
   */
  readonly userAgent: string | null;
}

/** Devices that one user is shown at most. */
const shownMax = 100;
/** Actions of a user that are looked through for what their devices were seen as. */
const recentMax = 1_000;

const seenStatement = (name: string, which: string) =>
  statement<SeenDevice>(
    name,
    // No index leads to the actions of a device.
    `with recent as materialized (
     select a.action_id, a.device_id, a.user_agent from actions_by_month a
     where a.tenant_id = $1 and ${ownerOf('a')} = ${ownId} order by a.action_id desc limit ${recentMax}
   )
   select ${columns}, (
     select r.user_agent from recent r where r.device_id = d.device_id and r.user_agent is not null
     order by r.action_id desc limit 1
   ) as user_agent
   from devices d
   where d.tenant_id = $1 and d.user_id = $2${which}
   order by coalesce(d.authenticated_at, d.created_at) desc, d.device_id collate "C" limit ${shownMax}`,
  );
const knownStatement = seenStatement(
  'list_known_devices',
  ` and d.authenticated_at is not null
     and (d.invalidated_at is null or d.invalidated_at < d.authenticated_at)`,
);
const seenOnesStatement = seenStatement('list_seen_devices', '');

/** The devices that a user has verified from, latest use first. */
export async function listKnownDevices(sql: Sql, tenantId: string, userId: string): Promise<readonly SeenDevice[]> {
  return sql.query(knownStatement, [tenantId, userId]);
}

/** All devices of a user, latest use first, with what they were seen as. */
export async function listSeenDevices(sql: Sql, tenantId: string, userId: string): Promise<readonly SeenDevice[]> {
  return sql.query(seenOnesStatement, [tenantId, userId]);
}

const recordStatement = statement<never>(
  'record_device',
  `update devices d set invalidated_at = $4, name = $5, remembered_until = $6, cookie_hash = $7, cookie_generation = $8,
     cookie_rotated_at = $9
   where ${isTheOne}`,
);

/** Stores what does not follow from actions. */
export async function recordDevice(sql: Sql, tenantId: string, device: DeviceRow): Promise<void> {
  const timeOf = (timeMs: number | null) => (timeMs === null ? null : sqlTime(timeMs));
  await sql.query(recordStatement, [
    tenantId,
    device.userId,
    device.deviceId,
    timeOf(device.invalidatedAt),
    device.name,
    timeOf(device.rememberedUntil),
    device.cookieHash,
    device.cookieGeneration,
    device.cookieRotatedAt.map(sqlTime),
  ]);
}

const forgetAllStatement = statement<{ deviceId: string }>(
  'forget_devices',
  `update devices set remembered_until = null, cookie_hash = null
   where tenant_id = $1 and user_id = $2 and (remembered_until is not null or cookie_hash is not null)
   returning device_id`,
);

/** Ends that any device of a user is remembered, and returns how many were. They stay known. */
export async function forgetDevices(sql: Sql, tenantId: string, userId: string): Promise<number> {
  const rows = await sql.query(forgetAllStatement, [tenantId, userId]);
  return rows.length;
}

const theftStatement = statement<never>(
  'record_device_theft',
  'update users set device_theft_at = $3 where tenant_id = $1 and user_id = $2',
);

/** Records when a copied cookie of one of the user's devices was used, for rules. */
export async function recordTheftOfDevice(sql: Sql, tenantId: string, userId: string, nowMs: number): Promise<void> {
  await sql.query(theftStatement, [tenantId, userId, sqlTime(nowMs)]);
}
