/** The client API (`/v1/client`) from a browser: one function per call, nothing kept but the token. */
import { ApiError, NetworkError } from './errors.ts';
import { createCredential, getCredential } from './webauthn.ts';

type Json = Readonly<Record<string, unknown>>;

/** A proof that was tried. A wrong code is an answer, not an error. */
export interface Verification {
  readonly isVerified: boolean;
  readonly accessToken?: string;
  readonly failureReason?: 'CODE_INVALID_OR_EXPIRED' | 'MAX_ATTEMPTS_EXCEEDED';
}

/** A message that can be answered here. */
export interface SentMessage {
  readonly userAuthenticatorId: string;
  /** The masked contact that it went to. */
  readonly target: string;
  /** Seconds until another should be asked for; 0 if now. */
  readonly resendInSeconds: number;
  readonly expiresAt: string;
  /** Digits of its code; absent for a link. */
  readonly codeLength?: number | undefined;
}

interface SendReply {
  readonly sent: SentMessage;
}

interface SendOptions {
  /** Sends nothing if one that was sent before to the same contact can still be answered for a minute. */
  readonly unlessOpen?: boolean;
}

interface ChallengeOptions extends SendOptions {
  readonly userAuthenticatorId?: string;
}

export interface ClientOptions {
  /** Where the API is, such as `https://auth.example.com/v1`. */
  readonly baseUrl: string;
  readonly token: string;
  /** The language of messages that calls send, as a tag of RFC 5646; the browser's own if absent. */
  readonly language?: string;
  /** Told of every refusal and every call that got no answer. */
  onError?(error: ApiError | NetworkError): void;
}

const timeoutMs = 20_000;

/** Calls of one person for one action. A proof replaces the token by a newer one. */
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

  /** Any call: 200 gives its body. @throws {ApiError | NetworkError} */
  async call<Reply>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: Json): Promise<Reply> {
    try {
      return await this.#ask<Reply>(method, path, body);
    } catch (error) {
      if (error instanceof ApiError || error instanceof NetworkError) this.#options.onError?.(error);
      throw error;
    }
  }

  async #ask<Reply>(method: string, path: string, body: Json | undefined): Promise<Reply> {
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

  #send(path: string, body: object = {}): Promise<SendReply> {
    return this.call('POST', path, { unlessOpen: false, ...body });
  }

  async #prove(path: string, body: Json): Promise<Verification> {
    const reply = await this.call<Verification>('POST', path, body);
    if (reply.isVerified && reply.accessToken !== undefined) this.#token = reply.accessToken;
    return reply;
  }

  enrollEmail(email: string, options?: SendOptions): Promise<SendReply> {
    return this.#send('/user-authenticators/email-otp', { ...options, email });
  }

  challengeEmail(options?: ChallengeOptions): Promise<SendReply> {
    return this.#send('/challenge/email-otp', options);
  }

  verifyEmail(verificationCode: string): Promise<Verification> {
    return this.#prove('/verify/email-otp', { verificationCode });
  }

  enrollMagicLink(email: string, options?: SendOptions): Promise<SendReply> {
    return this.#send('/user-authenticators/email-magic-link', { ...options, email });
  }

  challengeMagicLink(options?: ChallengeOptions): Promise<SendReply> {
    return this.#send('/challenge/email-magic-link', options);
  }

  /** Whether the link that was sent last, by whichever page, has been opened and confirmed. */
  finalizeMagicLink(): Promise<Verification> {
    return this.#prove('/verify/email-magic-link/finalize', {});
  }

  enrollTotp(): Promise<{ uri: string; secret: string }> {
    return this.call('POST', '/user-authenticators/totp', {});
  }

  verifyTotp(verificationCode: string): Promise<Verification> {
    return this.#prove('/verify/totp', { verificationCode });
  }

  verifyRecoveryCode(verificationCode: string): Promise<Verification> {
    return this.#prove('/verify/recovery-code', { verificationCode });
  }

  /** Replaces the user's recovery codes. This answer is the only one that has them. */
  createRecoveryCodes(): Promise<{ recoveryCodes: readonly string[] }> {
    return this.call('POST', '/user-authenticators/recovery-codes', {});
  }

  /** @throws {CeremonyError} if the person or the browser ends it */
  async createPasskey(signal?: AbortSignal): Promise<Verification> {
    // No attachment: a phone or a key that keeps passkeys is as welcome as this device.
    const { challengeId, options } = await this.call<{ challengeId: string; options: Json }>(
      'POST',
      '/user-authenticators/passkey/registration-options',
      { authenticatorAttachment: null },
    );
    const registrationCredential = await createCredential(options, signal);
    return this.#prove('/user-authenticators/passkey', {
      registrationCredential,
      conditionalCreate: false,
      challengeId,
    });
  }

  /** @throws {CeremonyError} if the person or the browser ends it */
  async usePasskey(signal?: AbortSignal): Promise<Verification> {
    const { challengeId, options } = await this.call<{ challengeId: string; options: Json }>(
      'POST',
      '/user-authenticators/passkey/authentication-options',
      {},
    );
    const authenticationCredential = await getCredential(options, signal);
    return this.#prove('/verify/passkey', { authenticationCredential, challengeId });
  }

  /** @throws {CeremonyError} if the person or the browser ends it */
  async createSecurityKey(signal?: AbortSignal): Promise<Verification> {
    const options = await this.call<Json>('POST', '/user-authenticators/security-key/registration-options', {});
    return this.#prove('/user-authenticators/security-key', await createCredential(options, signal));
  }

  /** @throws {CeremonyError} if the person or the browser ends it */
  async useSecurityKey(signal?: AbortSignal): Promise<Verification> {
    const options = await this.call<Json>('POST', '/user-authenticators/security-key/authentication-options', {});
    return this.#prove('/verify/security-key', await getCredential(options, signal));
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
