/** Remembering the device of an action that was proven, and the cookie by which our pages know it again (decision 0037). */
import { Refusal } from '../contract/errors.ts';
import { deviceCookie } from '../contract/client/cookies.ts';
import type { Route } from '../contract/route.ts';
import { forgotten, isKnown, isRemembered } from '../core/devices/device.ts';
import type { RememberedFor } from '../core/devices/device.ts';
import { judgeDeviceCookie, rotated } from '../core/devices/judge-device-cookie.ts';
import type { Context } from '../calls/context.ts';
import type { TokenRequest } from '../calls/request.ts';
import { recordAudit } from '../calls/record-audit.ts';
import { sha256 } from '../runtime/crypto.ts';
import { readDeviceCookie, signDeviceCookie } from '../runtime/tokens.ts';
import { loadDevice, loadDeviceByCookie, recordDevice } from '../storage/queries/devices.ts';
import type { DeviceRow } from '../storage/queries/devices.ts';
import type { Sql } from '../storage/sql.ts';
import { holdAction } from './hold-action.ts';
import type { OpenAction } from './open-action.ts';
import { ownDeviceId } from './own-device.ts';
import { recordDeviceTheft } from './record-device-theft.ts';

const dayMs = 24 * 60 * 60 * 1000;

interface Presenting {
  readonly context: Context;
  readonly request: TokenRequest<Route>;
  readonly route: Route;
  readonly action: OpenAction;
  readonly nowMs: number;
}

/** What the page's cookie was found to be, and the device that it belongs to, if it is good. */
type Presented =
  | { readonly kind: 'good'; readonly device: DeviceRow; readonly secret: Buffer }
  | { readonly kind: 'none' | 'unknown' | 'copied' };

/** What is answered: until when the device is remembered, null if it is not, and the cookie that the page has from now on. */
interface Remembered {
  readonly until: number | null;
  /** Undefined if it keeps what it has. */
  readonly cookie: { readonly text: string; readonly lifetimeSeconds: number } | 'none' | undefined;
}

/**
 * Whether the pages offer to remember the device of an action, and for how many days; undefined if not. `ofAction` is what
 * the action's configuration says, which takes precedence.
 */
export function rememberingOffer(
  { tenant, row }: Pick<OpenAction, 'tenant' | 'row'>,
  ofAction: RememberedFor | null,
): Pick<RememberedFor, 'days'> | undefined {
  const { isEnabled, days } = ofAction ?? tenant.settings.rememberDevices;
  // An untracked action has not been decided by its backend, which names the device (ruling 36).
  return isEnabled && row.isTracked && row.deviceId !== null ? { days } : undefined;
}

/**
 * Presents the cookie of the page, and remembers the action's device for `days` if its user wants that. Returns until when
 * it is remembered; null if it is not. A device that is remembered already is prolonged only for whoever presents the
 * cookie: knowing its id is not enough.
 * @throws {Refusal} `forbidden` if the action was not proven with this token
 */
export async function rememberDevice(
  context: Context,
  request: TokenRequest<Route>,
  route: Route,
  action: OpenAction,
  days: number | undefined,
): Promise<number | null> {
  if (days !== undefined) requireProven(action);
  const { until, cookie } = await context.db.transaction(async (sql) => {
    await holdAction(sql, action);
    return presentAndRemember(sql, { context, request, route, action, nowMs: context.runtime.clock.now() }, days);
  });
  // Only now: had the transaction failed, the cookie would be of a generation that there is not.
  if (cookie === 'none') request.cookies?.remove(deviceCookie);
  else if (cookie !== undefined) request.cookies?.set(deviceCookie, cookie.text, cookie.lifetimeSeconds);
  return until;
}

/** @throws {Refusal} `forbidden` */
function requireProven({ token, row }: OpenAction): void {
  // Recovery codes and authenticators on hold prove too little for what spares the next challenge.
  if (row.state === 'CHALLENGE_SUCCEEDED' && token.proven !== undefined && token.isRecovered !== true) return;
  throw new Refusal(
    'forbidden',
    'A device can be remembered only after its user has confirmed the action with an authenticator of their own.',
  );
}

async function presentAndRemember(sql: Sql, presenting: Presenting, days: number | undefined): Promise<Remembered> {
  const { context, request, route, action, nowMs } = presenting;
  const { tenantId, userId } = action.key;
  const presented = await presentCookie(sql, presenting);
  const cookie = cookieAfter(presenting, presented);
  if (presented.kind === 'copied') return { until: null, cookie };
  if (action.row.deviceId === null) return { until: null, cookie };

  // Read after the cookie's own device was changed: it may be the same.
  const device = await loadDevice(sql, tenantId, userId, action.row.deviceId);
  if (device === undefined || !isKnown(device)) return { until: null, cookie };
  const isAlready = isRemembered(device, nowMs);
  const isOwn = presented.kind === 'good' && presented.device.deviceId === device.deviceId;
  if (days === undefined || (isAlready && !isOwn)) return { until: isAlready ? device.rememberedUntil : null, cookie };

  const until = Math.max(nowMs + days * dayMs, isAlready ? (device.rememberedUntil ?? 0) : 0);
  const secret = isOwn ? presented.secret : context.runtime.random.bytes(32);
  const begun = isOwn ? device : { ...device, cookieHash: sha256(secret), cookieGeneration: 0, cookieRotatedAt: [] };
  const remembered = { ...begun, rememberedUntil: until };
  await recordDevice(sql, tenantId, remembered);
  await recordAudit(sql, context, route, request, userId, {
    ownDeviceId: ownDeviceId(action.tenant, remembered),
    rememberedUntil: new Date(until).toISOString(),
    isProlonged: isOwn,
  });
  return { until, cookie: cookieOf(presenting, remembered, secret) };
}

/** Takes the page's cookie, and ends it if it is the newest. A copied one ends all of the user's. */
async function presentCookie(sql: Sql, { context, request, route, action, nowMs }: Presenting): Promise<Presented> {
  const { tenantId, userId } = action.key;
  const text = request.cookies?.get(deviceCookie);
  const cookie = text === undefined ? undefined : readDeviceCookie(action.tenant.deviceCookieKey, text);
  if (cookie === undefined) return { kind: 'none' };
  const { secret, generation } = cookie;
  const device = await loadDeviceByCookie(sql, tenantId, userId, sha256(secret), nowMs);
  if (device === undefined) return { kind: 'none' };
  const kind = judgeDeviceCookie(device, generation, nowMs);
  switch (kind) {
    case 'newest': {
      const next = rotated(device, nowMs);
      await recordDevice(sql, tenantId, next);
      return { kind: 'good', device: next, secret };
    }
    case 'earlier':
      return { kind: 'good', device, secret };
    case 'copied':
      await recordDeviceTheft(sql, context, request, route, action.key);
      return { kind };
    case 'unknown':
      await recordDevice(sql, tenantId, forgotten(device));
      return { kind };
  }
}

/** What the page has after it presented its cookie. One that is worth nothing here may be another user's, and stays. */
function cookieAfter(presenting: Presenting, presented: Presented): Remembered['cookie'] {
  switch (presented.kind) {
    case 'good':
      return cookieOf(presenting, presented.device, presented.secret);
    case 'unknown':
    case 'copied':
      return 'none';
    case 'none':
      return undefined;
  }
}

/** The newest cookie of a device, for as long as the device is remembered. */
function cookieOf(
  { action, nowMs }: Presenting,
  { rememberedUntil, cookieGeneration: generation }: DeviceRow,
  secret: Buffer,
): Remembered['cookie'] {
  const lifetimeSeconds = Math.ceil(((rememberedUntil ?? nowMs) - nowMs) / 1000);
  return { text: signDeviceCookie(action.tenant.deviceCookieKey, { secret, generation }), lifetimeSeconds };
}
