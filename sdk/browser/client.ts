/** The client API (`/v1/client`) from a browser. It keeps only the token; each method's page names its own paths. */
import { ApiError, NetworkError } from './errors.ts';
import { createCredential, getCredential } from './webauthn.ts';

type Json = Readonly<Record<string, unknown>>;

/** The result of a proof. A wrong code is a response, not an error. */
export interface Verification {
  readonly isVerified: boolean;
  readonly accessToken?: string;
  readonly failureReason?: 'CODE_INVALID_OR_EXPIRED' | 'MAX_ATTEMPTS_EXCEEDED';
}

/** What became of a proof on a phone. */
export interface PhoneVerification extends Verification {
  /** Whether a phone has taken it. */
  readonly isClaimed: boolean;
  /** Whether its user has answered. */
  readonly isConsumed: boolean;
}

/** A message that can still be answered. */
export interface SentMessage {
  readonly userAuthenticatorId: string;
  /** The masked contact that it was sent to. */
  readonly target: string;
  /** Seconds until another one should be requested; 0 if that is possible now. */
  readonly resendInSeconds: number;
  readonly expiresAt: string;
  /** Number of digits of its code; absent for a link. */
  readonly codeLength?: number | undefined;
  /** Whether the last message there did not arrive; absent if nothing is known against it. */
  readonly mayNotArrive?: true | undefined;
}

/** A device that the user has verified from. */
export interface OwnDevice {
  readonly ownDeviceId: string;
  readonly displayName?: string;
  readonly browserName?: string;
  readonly osName?: string;
  /** Whether the action of the token is from it. */
  readonly isCurrent: boolean;
  readonly createdAt: string;
  readonly authenticatedAt: string;
  readonly rememberedUntil?: string;
}

interface SendReply {
  readonly sent: SentMessage;
}

interface SendOptions {
  /** Sends nothing if an earlier message to the same contact can still be answered for a minute. */
  readonly unlessOpen?: boolean;
}

export interface ClientOptions {
  /** The base URL of the API, such as `https://auth.example.com/v1`. */
  readonly baseUrl: string;
  readonly token: string;
  /** The language of messages that are sent, as a tag of RFC 5646; the browser's own if absent. */
  readonly language?: string;
  /** Called for every refusal and every call without a response. */
  onError?(error: ApiError | NetworkError): void;
}

const timeoutMs = 20_000;

/** Calls of one user for one action. A proof replaces the token with a newer one. */
export class Client {
  readonly #options: ClientOptions;
  #token: string;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#token = options.token;
  }

  /** The newest token. */
  get token(): string {
    return this.#token;
  }

  /** Where the live channel is. */
  get liveUrl(): string {
    return this.#options.baseUrl.replace(/^http/, 'ws').replace(/\/v1$/, '/ws-v1-challenge');
  }

  /** Continues with a token that a proof has earned elsewhere. */
  continueWith(token: string): void {
    this.#token = token;
  }

  /** Makes any call and returns the body of a 200 response. @throws {ApiError | NetworkError} */
  async call<Reply>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: Json): Promise<Reply> {
    try {
      return await this.#ask<Reply>(method, path, body);
    } catch (error) {
      if (error instanceof ApiError || error instanceof NetworkError) this.#options.onError?.(error);
      throw error;
    }
  }

  async #ask<Reply>(method: string, path: string, body: Json | undefined, how: RequestInit = {}): Promise<Reply> {
    const { baseUrl, language } = this.#options;
    let response: Response;
    let reply: unknown;
    try {
      response = await fetch(`${baseUrl}/client${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.#token}`,
          ...(language === undefined ? {} : { 'accept-language': language }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        cache: 'no-store',
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        signal: AbortSignal.timeout(timeoutMs),
        ...how,
      });
      reply = await response.json();
    } catch (error) {
      throw new NetworkError('No answer came.', { cause: error });
    }
    if (response.status === 200) return reply as Reply;
    const { errorCode, errorDescription } = reply as { errorCode?: string; errorDescription?: string };
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    throw new ApiError(
      errorCode ?? 'unexpected_error',
      response.status,
      errorDescription ?? '',
      Number.isFinite(seconds) ? seconds : undefined,
    );
  }

  /** Requests a message, and returns the one that can be answered. */
  send(path: string, body: SendOptions & Json = {}): Promise<SendReply> {
    return this.call('POST', path, { unlessOpen: false, ...body });
  }

  /** Asks what became of a proof on a phone, and continues with the token that it earned. */
  async proveByPhone(path: string, body: Json): Promise<PhoneVerification> {
    const reply = await this.call<PhoneVerification>('POST', path, body);
    if (reply.isVerified && reply.accessToken !== undefined) this.#token = reply.accessToken;
    return reply;
  }

  /** Gives a proof, and continues with the token that it earned. */
  async prove(path: string, body: Json = {}): Promise<Verification> {
    const reply = await this.call<Verification>('POST', path, body);
    if (reply.isVerified && reply.accessToken !== undefined) this.#token = reply.accessToken;
    return reply;
  }

  /** Replaces the user's recovery codes. Only this response contains them. */
  createRecoveryCodes(): Promise<{ recoveryCodes: readonly string[] }> {
    return this.call('POST', '/user-authenticators/recovery-codes', {});
  }

  /** @throws {CeremonyError} if the user or the browser ends it */
  async createPasskey(signal?: AbortSignal): Promise<Verification> {
    // No attachment: a phone or a security key that stores passkeys is as welcome as this device.
    const { challengeId, options } = await this.call<{ challengeId: string; options: Json }>(
      'POST',
      '/user-authenticators/passkey/registration-options',
      { authenticatorAttachment: null },
    );
    const registrationCredential = await createCredential(options, signal);
    return this.prove('/user-authenticators/passkey', {
      registrationCredential,
      conditionalCreate: false,
      challengeId,
    });
  }

  /**
   * `where` asks the browser to begin with the passkeys of another device (WebAuthn Level 3 §5.8.7); a browser that does
   * not know that shows what it always does.
   * @throws {CeremonyError} if the user or the browser ends it
   */
  async usePasskey(signal?: AbortSignal, where?: 'on a phone'): Promise<Verification> {
    const { challengeId, options } = await this.call<{ challengeId: string; options: Json }>(
      'POST',
      '/user-authenticators/passkey/authentication-options',
      {},
    );
    const hinted = where === undefined ? options : { ...options, hints: ['hybrid'] };
    const authenticationCredential = await getCredential(hinted, signal);
    return this.prove('/verify/passkey', { authenticationCredential, challengeId });
  }

  /** @throws {CeremonyError} if the user or the browser ends it */
  async createSecurityKey(signal?: AbortSignal): Promise<Verification> {
    const options = await this.call<Json>('POST', '/user-authenticators/security-key/registration-options', {});
    return this.prove('/user-authenticators/security-key', await createCredential(options, signal));
  }

  /** @throws {CeremonyError} if the user or the browser ends it */
  async useSecurityKey(signal?: AbortSignal): Promise<Verification> {
    const options = await this.call<Json>('POST', '/user-authenticators/security-key/authentication-options', {});
    return this.prove('/verify/security-key', await getCredential(options, signal));
  }

  /**
   * After a proof, on a page of the server itself: presents the page's cookie, and has the device remembered if the user
   * wants that. It also arrives if the page is left meanwhile. A refusal is not reported to `onError`: the proof stands.
   */
  rememberDevice(isWanted: boolean): Promise<{ rememberedUntil?: string }> {
    const how = { credentials: 'same-origin', keepalive: true } as const;
    return this.#ask('POST', '/devices/remember', { remember: isWanted }, how);
  }

  /** The devices that the user has verified from. */
  devices(): Promise<readonly OwnDevice[]> {
    return this.call('GET', '/devices');
  }

  nameDevice(ownDeviceId: string, displayName: string): Promise<OwnDevice> {
    return this.call('PATCH', `/devices/${encodeURIComponent(ownDeviceId)}`, { displayName });
  }

  forgetDevice(ownDeviceId: string): Promise<unknown> {
    return this.call('DELETE', `/devices/${encodeURIComponent(ownDeviceId)}`);
  }

  updateAuthenticator(
    userAuthenticatorId: string,
    changes: { displayName?: string; isDefault?: boolean },
  ): Promise<unknown> {
    return this.call('PATCH', `/user-authenticators/${encodeURIComponent(userAuthenticatorId)}`, changes);
  }

  removeAuthenticator(userAuthenticatorId: string): Promise<unknown> {
    return this.call('DELETE', `/user-authenticators/${encodeURIComponent(userAuthenticatorId)}`);
  }
}
