/** Apple's push service, with its token-based authentication. */
import { SignJWT, importPKCS8 } from 'jose';
import type { Clock } from '../../runtime/runtime.ts';
import { http2Origin, jsonOf } from './http2-origin.ts';
import type { OpenConnection } from './http2-origin.ts';
import { PushFailed } from './pusher.ts';
import type { PushEndpoints, Pusher } from './pusher.ts';

export interface ApnsCredentials {
  readonly teamId: string;
  readonly keyId: string;
  readonly bundleId: string;
  /** In PEM. */
  readonly privateKey: string;
  readonly sandbox?: boolean;
}

// Apple refuses tokens older than an hour, and ones that are renewed more often than every 20 minutes.
const tokenMs = 40 * 60_000;

const deadReasons = ['Unregistered', 'BadDeviceToken', 'DeviceTokenNotForTopic', 'ExpiredToken'];

export function openApns(
  { teamId, keyId, bundleId, privateKey, sandbox }: ApnsCredentials,
  endpoints: PushEndpoints,
  open: OpenConnection,
  clock: Clock,
): Pusher {
  const origin = http2Origin(sandbox === true ? endpoints.apnsSandbox : endpoints.apns, open);
  let known: { readonly token: string; readonly madeAtMs: number } | undefined;

  async function providerToken(isRefused: boolean): Promise<string> {
    const nowMs = clock.now();
    if (known !== undefined && !isRefused && nowMs - known.madeAtMs < tokenMs) return known.token;
    const key = await importPKCS8(privateKey, 'ES256').catch(() => {
      throw new PushFailed('DELIVERY_FAILED', 'apnsCredentials.privateKey cannot be read as a key in PEM.');
    });
    const token = await new SignJWT()
      .setProtectedHeader({ alg: 'ES256', kid: keyId })
      .setIssuer(teamId)
      .setIssuedAt(Math.floor(nowMs / 1000))
      .sign(key);
    known = { token, madeAtMs: nowMs };
    return token;
  }

  return {
    async send(message, signal) {
      // It is part of the path.
      if (!/^[0-9a-fA-F]{16,400}$/.test(message.token)) {
        throw new PushFailed('TOKEN_INVALID', 'The push token is none of APNs.');
      }
      const body = JSON.stringify({
        aps: {
          alert: { title: message.title, body: message.body },
          sound: 'default',
          'interruption-level': 'time-sensitive',
        },
        challengeId: message.challengeId,
      });
      const post = async (isRefused: boolean) =>
        origin.post(
          `/3/device/${message.token}`,
          {
            authorization: `bearer ${await providerToken(isRefused)}`,
            'apns-topic': bundleId,
            'apns-push-type': 'alert',
            'apns-priority': '10',
            'apns-expiration': String(Math.floor(message.expiresAtMs / 1000)),
            'apns-collapse-id': message.challengeId,
          },
          body,
          signal,
        );
      let reply = await post(false);
      if (reply.status === 403 && jsonOf(reply)['reason'] === 'ExpiredProviderToken') reply = await post(true);
      if (reply.status === 200) return;
      const reason = String(jsonOf(reply)['reason'] ?? 'without a reason').slice(0, 64);
      const text = `APNs refused a message: ${reply.status} ${reason}.`;
      if (reply.status === 410 || deadReasons.includes(reason)) throw new PushFailed('TOKEN_INVALID', text, reason);
      throw new PushFailed(reply.status === 429 ? 'THROTTLED' : 'DELIVERY_FAILED', text, reason);
    },
    close: () => origin.close(),
  };
}
