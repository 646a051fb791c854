/** Firebase Cloud Messaging, HTTP v1: an access token for the service account (RFC 7523), then one call per message. */
import { SignJWT, importPKCS8 } from 'jose';
import type { Clock } from '../../runtime/runtime.ts';
import { http2Origin, jsonOf } from './http2-origin.ts';
import type { Http2Reply, OpenConnection } from './http2-origin.ts';
import { PushFailed } from './pusher.ts';
import type { PushEndpoints, Pusher } from './pusher.ts';

export interface FcmCredentials {
  /** The JSON text of a service account key. */
  readonly serviceAccountKey: string;
}

const scope = 'https://www.googleapis.com/auth/firebase.messaging';
const audience = 'https://oauth2.googleapis.com/token';
const assertionSeconds = 3600;
/** A token is renewed this long before it expires. */
const earlyMs = 5 * 60_000;

export function openFcm(
  { serviceAccountKey }: FcmCredentials,
  endpoints: PushEndpoints,
  open: OpenConnection,
  clock: Clock,
): Pusher {
  const account = readAccount(serviceAccountKey);
  const tokens = http2Origin(endpoints.googleTokens, open);
  const messages = http2Origin(endpoints.fcm, open);
  let known: { readonly token: string; readonly untilMs: number } | undefined;

  async function accessToken(isRefused: boolean, signal: AbortSignal): Promise<string> {
    const nowMs = clock.now();
    if (known !== undefined && !isRefused && nowMs < known.untilMs) return known.token;
    const { clientEmail, privateKey, keyId } = account ?? unreadable();
    const key = await importPKCS8(privateKey, 'RS256').catch(unreadable);
    const issuedAt = Math.floor(nowMs / 1000);
    const assertion = await new SignJWT({ scope })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(keyId === undefined ? {} : { kid: keyId }) })
      .setIssuer(clientEmail)
      .setAudience(audience)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + assertionSeconds)
      .sign(key);
    const form = new URLSearchParams([
      ['grant_type', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
      ['assertion', assertion],
    ]);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const reply = await tokens.post('/token', headers, form.toString(), signal);
    const { access_token: token, expires_in: seconds } = jsonOf(reply);
    if (reply.status !== 200 || typeof token !== 'string') {
      throw new PushFailed('DELIVERY_FAILED', `Google gave no access token for the service account: ${reply.status}.`);
    }
    known = { token, untilMs: nowMs + (typeof seconds === 'number' ? seconds * 1000 : 0) - earlyMs };
    return token;
  }

  return {
    async send(message, signal) {
      const { projectId } = account ?? unreadable();
      const expiry = String(Math.floor(message.expiresAtMs / 1000));
      const lifetime = Math.max(0, Math.floor((message.expiresAtMs - clock.now()) / 1000));
      const body = JSON.stringify({
        message: {
          token: message.token,
          notification: { title: message.title, body: message.body },
          data: { challengeId: message.challengeId },
          android: { priority: 'HIGH', ttl: `${lifetime}s` },
          apns: { headers: { 'apns-priority': '10', 'apns-expiration': expiry } },
        },
      });
      const post = async (isRefused: boolean) =>
        messages.post(
          `/v1/projects/${encodeURIComponent(projectId)}/messages:send`,
          {
            authorization: `Bearer ${await accessToken(isRefused, signal)}`,
            'content-type': 'application/json',
          },
          body,
          signal,
        );
      let reply = await post(false);
      if (reply.status === 401) reply = await post(true);
      if (reply.status === 200) return;
      const code = errorCodeOf(reply);
      const text = `FCM refused a message: ${reply.status} ${code}.`;
      // A token of another project will never work here either.
      if (code === 'UNREGISTERED' || code === 'SENDER_ID_MISMATCH') throw new PushFailed('TOKEN_INVALID', text, code);
      throw new PushFailed(reply.status === 429 ? 'THROTTLED' : 'DELIVERY_FAILED', text, code);
    },
    close() {
      tokens.close();
      messages.close();
    },
  };
}

function readAccount(text: string) {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    // The parser's message would repeat parts of the key.
    return undefined;
  }
  const account = (read ?? {}) as Readonly<Record<string, unknown>>;
  const { project_id: projectId, client_email: clientEmail, private_key: privateKey } = account;
  if (typeof projectId !== 'string' || typeof clientEmail !== 'string' || typeof privateKey !== 'string') {
    return undefined;
  }
  const { private_key_id: keyId } = account;
  return { projectId, clientEmail, privateKey, keyId: typeof keyId === 'string' ? keyId : undefined };
}

function unreadable(): never {
  throw new PushFailed('DELIVERY_FAILED', 'fcmCredentials.serviceAccountKey is no service account key.');
}

/** The code of FCM itself, which stands in the details; otherwise that of the API. */
function errorCodeOf(reply: Http2Reply): string {
  const { error } = jsonOf(reply) as { readonly error?: { readonly status?: unknown; readonly details?: unknown } };
  const details = Array.isArray(error?.details) ? (error.details as { readonly errorCode?: unknown }[]) : [];
  const code = details.find(({ errorCode }) => typeof errorCode === 'string')?.errorCode ?? error?.status;
  return typeof code === 'string' ? code.slice(0, 64) : 'without a code';
}
