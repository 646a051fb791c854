/**
 * A phone with an app, as the published mobile SDKs are one: the same keys, texts, headers and bodies, byte for byte as far
 * as a server sees them (client-api 6). iOS and Android differ in how they encode; both are here.
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** A request as it leaves the phone; `path` begins with `/v1`. */
export interface PhoneRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export interface PhoneReply {
  readonly status: number;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into answers of every shape
  readonly body: any;
}

export type Platform = 'ios' | 'android';
export type AppNamespace = 'push' | 'qr-code' | 'in-app';

export interface PhoneOptions {
  readonly platform: Platform;
  readonly tenantId: string;
  /** Carries a request to the server. */
  readonly send: (request: PhoneRequest) => Promise<{ readonly status: number; readonly text: string }>;
  /** The phone's clock, in Unix milliseconds. */
  readonly now: () => number;
  readonly deviceName?: string;
  /** Earlier versions of the SDKs had one key for all namespaces. */
  readonly hasOneKey?: boolean;
}

/** What the app registers with its key. */
export interface AddOptions {
  readonly pushToken?: string;
  /** Makes the statement of Apple or Google for a nonce, which the phone fetches first. */
  readonly attest?: (nonce: string) => Promise<{ readonly token: string; readonly keyId?: string }>;
}

type Member = string | boolean | null | undefined | { readonly [name: string]: string | undefined };
type Members = Readonly<Record<string, Member>>;

interface Coding {
  readonly agent: string;
  readonly sdk: string;
  readonly version: string;
  base64InHeader(text: string): string;
  keyInQuery(publicKey: string): string;
  body(members: Members): string;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const base64Url = (text: string) => Buffer.from(text).toString('base64url');

const codings: Readonly<Record<Platform, Coding>> = {
  ios: {
    agent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AuthsignalIOSSDK/2.13.0',
    sdk: 'ios',
    version: '2.13.0',
    base64InHeader: base64Url,
    keyInQuery: base64Url,
    // Foundation's encoder leaves out what is nil and escapes slashes, of which base64 has many.
    body: (members) => JSON.stringify(members, withoutNull).replaceAll('/', '\\/'),
  },
  android: {
    agent: 'Mozilla/5.0 (Linux; Android 15; Google Pixel 8) AuthsignalAndroidSDK/3.10.0',
    sdk: 'android',
    version: '3.10.0',
    base64InHeader: base64,
    // Its padding stands in the URL as it is.
    keyInQuery: base64,
    // Printed prettily by four spaces; what has no default is written as null.
    body: (members) => JSON.stringify(members, undefined, 4),
  },
};

function withoutNull(_name: string, value: unknown): unknown {
  return value === null ? undefined : value;
}

/** Members that the SDK's model of a reply requires: without one of them the app gets an error. */
const required = {
  find: ['userAuthenticatorId', 'userId', 'verifiedAt'],
  add: ['userAuthenticatorId', 'userId', 'verifiedAt'],
  update: ['userAuthenticatorId', 'userId', 'lastVerifiedAt'],
  challenge: ['challengeId'],
  claim: ['success'],
  verify: ['token', 'userId', 'userAuthenticatorId'],
} as const;

export type Phone = ReturnType<typeof phone>;

export function phone(options: PhoneOptions) {
  const {
    platform,
    tenantId,
    send,
    now,
    deviceName = platform === 'ios' ? 'Ann’s iPhone' : 'Google Pixel 8',
  } = options;
  const coding = codings[platform];
  const keys = new Map<string, { readonly publicKey: string; readonly privateKey: KeyObject }>();

  /** The key pair of a namespace; in-app has one for each user name. */
  function keyOf(namespace: AppNamespace, username = '') {
    const tag = options.hasOneKey === true ? '' : JSON.stringify([namespace, username]);
    const known = keys.get(tag);
    if (known !== undefined) return known;
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const publicKey = pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    const made = { publicKey, privateKey: pair.privateKey };
    keys.set(tag, made);
    return made;
  }
  const signed = (namespace: AppNamespace, message: string, username?: string) =>
    sign('sha256', Buffer.from(message), keyOf(namespace, username).privateKey).toString('base64');
  /** `.0` at the end: both SDKs print a floating-point number. */
  const timeMessage = () => `${Math.floor(now() / 600_000)}.0`;

  async function call(
    method: PhoneRequest['method'],
    path: string,
    sent: {
      readonly token?: string | undefined;
      readonly body?: Members;
      readonly headers?: Readonly<Record<string, string>>;
      readonly members?: readonly string[];
    } = {},
  ): Promise<PhoneReply> {
    const { token, body, members = [] } = sent;
    const authorization = token === undefined ? `Basic ${coding.base64InHeader(`${tenantId}:`)}` : `Bearer ${token}`;
    const reply = await send({
      method,
      path: `/v1/client/${path}`,
      headers: {
        authorization,
        'user-agent': coding.agent,
        accept: platform === 'ios' ? '*/*' : 'application/json',
        'x-authsignal-sdk': coding.sdk,
        'x-authsignal-version': coding.version,
        'x-authsignal-tenant-id': tenantId,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...sent.headers,
      },
      body: body === undefined ? undefined : coding.body(body),
    });
    const decoded = JSON.parse(reply.text) as Readonly<Record<string, unknown>>;
    const missing = reply.status === 200 ? members.filter((name) => decoded[name] === undefined) : [];
    if (missing.length > 0) throw new Error(`The SDK could not decode ${path}: no ${missing.join(', ')}.`);
    return { status: reply.status, body: decoded };
  }

  const queryOf = (namespace: AppNamespace, username?: string) =>
    `publicKey=${coding.keyInQuery(keyOf(namespace, username).publicKey)}`;

  async function attestation(token: string, attest: AddOptions['attest']) {
    if (attest === undefined) return undefined;
    const { body } = await call('POST', 'challenge', { token, body: {}, members: required.challenge });
    const provider = platform === 'ios' ? 'APP_ATTEST' : 'PLAY_INTEGRITY';
    return { provider, ...(await attest(String(body.nonce))) };
  }

  /** Finding, registering and removing the key of a namespace. */
  function credentials(namespace: AppNamespace) {
    const path = `user-authenticators/${namespace}`;
    return {
      publicKey: (username?: string) => keyOf(namespace, username).publicKey,
      sign: (message: string, username?: string) => signed(namespace, message, username),
      getCredential: (username?: string) =>
        call('GET', `${path}?${queryOf(namespace, username)}`, { members: required.find }),
      async addCredential(token: string, { pushToken, attest }: AddOptions = {}, username?: string) {
        const performAttestation = await attestation(token, attest);
        const { publicKey } = keyOf(namespace, username);
        // Kotlin leaves out what has its default, Swift what is nil.
        const body = { publicKey, deviceName, devicePlatform: platform, performAttestation, pushToken };
        return call('POST', path, { token, body, members: required.add });
      },
      /** Removes the key here, whatever the server says, as both SDKs do. */
      async removeCredential(username?: string) {
        const { publicKey } = keyOf(namespace, username);
        const signature = signed(namespace, timeMessage(), username);
        const reply = await call('POST', `${path}/remove`, { body: { publicKey, signature } });
        for (const [tag, key] of keys) if (key.publicKey === publicKey) keys.delete(tag);
        return reply;
      },
    };
  }

  /** Answers a challenge of a namespace. `others` are members of our own clients. */
  function updateChallenge(namespace: 'push' | 'qr-code') {
    return (
      challengeId: string,
      approved: boolean,
      verificationCode: string | null = null,
      others: Members = {},
    ): Promise<PhoneReply> => {
      const { publicKey } = keyOf(namespace);
      const signature = signed(namespace, challengeId);
      // The members in the order of each SDK's model.
      const body =
        platform === 'ios'
          ? { challengeId, publicKey, approved, signature, verificationCode, ...others }
          : { publicKey, challengeId, signature, approved, verificationCode, ...others };
      return call('POST', `user-authenticators/${namespace}/challenge`, { body });
    };
  }

  const push = {
    ...credentials('push'),
    /** The pending challenge; fetched unsigned if the server gives no message to sign, as both SDKs do. */
    async getChallenge(): Promise<PhoneReply> {
      const nonce = await call('POST', `user-authenticators/push/challenge/sign?${queryOf('push')}`);
      const message: unknown = nonce.status === 200 ? nonce.body.message : undefined;
      const headers = typeof message === 'string' ? { 'x-authsignal-signature': signed('push', message) } : undefined;
      // Android's model requires the authenticator even if nothing is pending.
      const members = platform === 'android' ? ['userAuthenticatorId'] : [];
      return call('GET', `user-authenticators/push/challenge?${queryOf('push')}`, {
        members,
        ...(headers === undefined ? {} : { headers }),
      });
    },
    getChallengeUnsigned: () => call('GET', `user-authenticators/push/challenge?${queryOf('push')}`),
    updateChallenge: updateChallenge('push'),
    async updateCredential({ pushToken, resetExpiry }: { pushToken?: string; resetExpiry?: true } = {}) {
      const asked = await call('POST', `user-authenticators/push/sign?${queryOf('push')}`, {
        members: ['challengeId', 'message'],
      });
      if (asked.status !== 200) return asked;
      const { challengeId, message } = asked.body as { readonly challengeId: string; readonly message: string };
      const { publicKey } = keyOf('push');
      const body = { challengeId, publicKey, signature: signed('push', message), pushToken, resetExpiry };
      return call('PATCH', 'user-authenticators/push', { body, members: required.update });
    },
  };

  const qrCode = {
    ...credentials('qr-code'),
    claimChallenge(challengeId: string) {
      const { publicKey } = keyOf('qr-code');
      const signature = signed('qr-code', challengeId);
      const body = platform === 'ios' ? { challengeId, publicKey, signature } : { publicKey, challengeId, signature };
      return call('POST', 'user-authenticators/qr-code/challenge/claim', { body, members: required.claim });
    },
    updateChallenge: updateChallenge('qr-code'),
  };

  const inApp = {
    ...credentials('in-app'),
    /** `token` is the cached one, which the SDKs send only if no action is named. */
    async verify({ action, token, username }: { action?: string; token?: string; username?: string } = {}) {
      const opened = await call('POST', 'challenge', { body: { action }, members: required.challenge });
      if (opened.status !== 200) return opened;
      const { challengeId } = opened.body as { readonly challengeId: string };
      const { publicKey } = keyOf('in-app', username);
      return call('POST', 'verify/in-app', {
        token: action === undefined ? token : undefined,
        body: { challengeId, publicKey, signature: signed('in-app', challengeId, username) },
        members: required.verify,
      });
    },
  };

  return { platform, push, qrCode, inApp, call };
}
