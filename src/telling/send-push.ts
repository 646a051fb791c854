import { openApns } from '../delivery/push/apns.ts';
import type { ApnsCredentials } from '../delivery/push/apns.ts';
import { openFcm } from '../delivery/push/fcm.ts';
import type { FcmCredentials } from '../delivery/push/fcm.ts';
import { postPushCreated } from '../delivery/push/push-webhook.ts';
import { PushFailed } from '../delivery/push/pusher.ts';
import type { Pusher } from '../delivery/push/pusher.ts';
import type { WebhookEvent } from '../delivery/webhook.ts';
import { sha256 } from '../runtime/crypto.ts';
import type { Tenant } from '../storage/published.ts';
import { recordAuditEvent } from '../storage/queries/audit-events.ts';
import { recordAppCredential } from '../storage/queries/authenticators.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import type { ActionKey } from '../storage/queries/actions/named.ts';
import { fillText } from '../texts/fill-text.ts';
import { pageTexts } from '../texts/languages.ts';
import type { PageLocale } from '../texts/page-locale.ts';
import type { Context } from '../calls/context.ts';
import { openSecrets } from '../configuring/method-secrets.ts';
import { wireTime } from '../views/wire-values.ts';
import { configurationOf, pushServices } from './push-provider.ts';
import type { PushService } from './push-provider.ts';
import { openPushToken } from './push-token.ts';

/** A request that was stored, and the phones that it is for. */
export interface PushToSend {
  readonly key: ActionKey;
  readonly challengeId: string;
  readonly expiresAtMs: number;
  readonly locale: PageLocale;
  readonly phones: readonly AuthenticatorRow[];
  /** Of the action, as far as it is known. */
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

/** The result for one phone; without a code the message was taken. */
export interface PushResult {
  readonly userAuthenticatorId: string;
  readonly errorCode?: string;
}

// A response has to come within 5 seconds, whatever a service does (F18).
const sendMs = 4_000;

/**
 * Prompts the phones. Nothing here fails the request: an app finds it when it is opened. What became of each message is
 * returned and stored with the phone, and a token that its service calls dead is removed.
 */
export async function sendPush(context: Context, tenant: Tenant, push: PushToSend): Promise<readonly PushResult[]> {
  const services = pushServices(tenant);
  if (services.includes('WEBHOOK')) return sendByWebhook(context, tenant, push);
  const signal = context.runtime.timers.timeout(sendMs);
  return Promise.all(push.phones.map((phone) => sendTo(context, tenant, push, phone, services, signal)));
}

async function sendByWebhook(
  context: Context,
  tenant: Tenant,
  { key, challengeId, phones, ipAddress, userAgent }: PushToSend,
): Promise<readonly PushResult[]> {
  const data = {
    challengeId,
    userId: key.userId,
    idempotencyKey: key.idempotencyKey,
    actionCode: key.actionCode,
    ...(userAgent === null ? {} : { userAgent }),
    ...(ipAddress === null ? {} : { ipAddress }),
  };
  const signal = context.runtime.timers.timeout(sendMs);
  const failed = await failureOf(context, tenant, () => tellWebhook(context, tenant, data, signal));
  return phones.map((phone) => resultFor(phone, failed?.failure));
}

/** @throws {PushFailed} */
async function tellWebhook(
  { runtime, outbound }: Context,
  tenant: Tenant,
  data: { readonly challengeId: string } & WebhookEvent['data'],
  signal: AbortSignal,
): Promise<void> {
  const url = String(configurationOf(tenant)?.settings['webhookUrl']);
  const event = { id: data.challengeId, tenantId: tenant.tenantId, data };
  const nowMs = runtime.clock.now();
  await postPushCreated(outbound, { url, event, keys: tenant.webhookKeys(nowMs), nowMs, signal });
}

async function sendTo(
  context: Context,
  tenant: Tenant,
  push: PushToSend,
  phone: AuthenticatorRow,
  services: readonly PushService[],
  signal: AbortSignal,
): Promise<PushResult> {
  const token = openPushToken(context, tenant.tenantId, phone);
  if (token === undefined) return resultFor(phone, 'NO_PUSH_TOKEN');
  // Apple's service where it is configured, for phones that are Apple's; Firebase brings messages to both.
  const service = services.find((one) => (one === 'APNS') === (phone.state['devicePlatform'] === 'ios')) ?? 'FCM';
  if (!services.includes(service)) return resultFor(phone, 'NO_PROVIDER');
  const texts = pageTexts[push.locale];
  const message = {
    token,
    title: tenant.name,
    body: fillText(texts['push-message.body'], { tenantName: tenant.name }),
    challengeId: push.challengeId,
    expiresAtMs: push.expiresAtMs,
  };
  const failed = await failureOf(context, tenant, () => pusherFor(context, tenant, service).send(message, signal));
  await remember(context, tenant, phone, failed);
  return resultFor(phone, failed?.failure);
}

function resultFor({ authenticatorId }: AuthenticatorRow, errorCode: string | undefined): PushResult {
  return { userAuthenticatorId: authenticatorId, ...(errorCode === undefined ? {} : { errorCode }) };
}

async function failureOf(
  { warnOnceAMinute }: Context,
  { tenantId }: Tenant,
  send: () => Promise<void>,
): Promise<PushFailed | undefined> {
  try {
    await send();
    return undefined;
  } catch (error) {
    if (!(error instanceof PushFailed)) throw error;
    warnOnceAMinute(JSON.stringify(['push', tenantId, error.failure]), error.message);
    return error;
  }
}

function pusherFor(context: Context, tenant: Tenant, service: PushService): Pusher {
  const { tenantId } = tenant;
  const row = configurationOf(tenant);
  if (row === undefined) throw new PushFailed('DELIVERY_FAILED', 'The push configuration is gone.');
  const { pushers, outbound, runtime } = context;
  const { clock } = runtime;
  const fingerprint = sha256(JSON.stringify([row.settings, row.secretsSealed?.toString('base64')])).toString('base64');
  return pushers.pusherOf(tenantId, service, fingerprint, () => {
    const secrets = openSecrets(context, tenantId, row);
    const open = async (target: { readonly host: string; readonly port: number }, signal: AbortSignal) =>
      (await outbound.connect(tenantId, target, [443], signal)).socket;
    const block = service === 'APNS' ? 'apnsCredentials' : 'fcmCredentials';
    const credentials: unknown = { ...(row.settings[block] as object), ...secrets[block] };
    return service === 'APNS'
      ? openApns(credentials as ApnsCredentials, pushers.endpoints, open, clock)
      : openFcm(credentials as FcmCredentials, pushers.endpoints, open, clock);
  });
}

/** What a service said of a phone that does not exist. */
export interface PushTrial {
  readonly service: PushService;
  /** Undefined where it took the message, as only a tenant's own endpoint does. */
  readonly failed: PushFailed | undefined;
}

/**
 * Asks each service about a phone that does not exist, so that nobody is prompted: a service looks at the credentials before
 * it looks at the phone.
 */
export async function tryPush(context: Context, tenant: Tenant): Promise<readonly PushTrial[]> {
  const { ids, timers, clock } = context.runtime;
  const signal = timers.timeout(sendMs);
  const challengeId = ids.uuid();
  const text = 'This is a test.';
  const message = {
    token: '0'.repeat(64),
    title: tenant.name,
    body: text,
    challengeId,
    expiresAtMs: clock.now() + sendMs,
  };
  const about = { userId: 'portal-test', idempotencyKey: challengeId, actionCode: 'portal-test' };
  return Promise.all(
    pushServices(tenant).map(async (service) => ({
      service,
      failed: await failureOf(context, tenant, () =>
        service === 'WEBHOOK'
          ? tellWebhook(context, tenant, { challengeId, ...about }, signal)
          : pusherFor(context, tenant, service).send(message, signal),
      ),
    })),
  );
}

/** Stores with the phone that messages to it fail, or no longer do. A dead token is removed, and that is recorded. */
async function remember(
  { db, runtime }: Context,
  { tenantId }: Tenant,
  phone: AuthenticatorRow,
  failed: PushFailed | undefined,
): Promise<void> {
  const errorMembers = ['erroredAt', 'errorCode'];
  if (failed === undefined) {
    if (phone.state['errorCode'] === undefined) return;
    await recordAppCredential(db, tenantId, phone, { removed: errorMembers, set: {} });
    return;
  }
  const nowMs = runtime.clock.now();
  const set = { erroredAt: wireTime(nowMs), errorCode: failed.failure };
  const { secretSealed, userId, authenticatorId } = phone;
  if (failed.failure !== 'TOKEN_INVALID' || secretSealed === null) {
    await recordAppCredential(db, tenantId, phone, { removed: [], set });
    return;
  }
  await db.transaction(async (sql) => {
    // The app may have sent a new one meanwhile.
    const change = { removed: [], set, secretSealed: null, ifSealed: secretSealed };
    if ((await recordAppCredential(sql, tenantId, phone, change)) === undefined) return;
    await recordAuditEvent(sql, {
      tenantId,
      eventId: runtime.ids.uuid(),
      happenedAtMs: nowMs,
      actor: { kind: 'server', id: 'push' },
      eventType: 'authenticator.push_token_removed',
      userId,
      requestId: undefined,
      data: { authenticatorId, verificationMethod: phone.verificationMethod },
    });
  });
}
