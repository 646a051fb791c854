/** What a service that brings push messages to phones does. */

/** A prompt: what it is about, the app asks this server for. */
export interface PushMessage {
  /** Names one app on one phone to the service; a secret. */
  readonly token: string;
  readonly title: string;
  readonly body: string;
  readonly challengeId: string;
  /** Not to be delivered later; Unix milliseconds. */
  readonly expiresAtMs: number;
}

/** Why a message was not taken: the token is dead, too many were sent, or anything else. */
export type PushFailure = 'TOKEN_INVALID' | 'THROTTLED' | 'DELIVERY_FAILED';

/** A message was not taken. The text is safe to log. */
export class PushFailed extends Error {
  override readonly name = 'PushFailed';
  readonly failure: PushFailure;
  /** The service's own code; undefined if it gave none. */
  readonly code: string | undefined;
  constructor(failure: PushFailure, message: string, code?: string) {
    super(message);
    this.failure = failure;
    this.code = code;
  }
}

export interface Pusher {
  /** @throws {PushFailed} */
  send(message: PushMessage, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** Where the services are. Tests name others. */
export interface PushEndpoints {
  readonly apns: string;
  readonly apnsSandbox: string;
  readonly fcm: string;
  readonly googleTokens: string;
}

export const pushEndpoints: PushEndpoints = {
  apns: 'https://api.push.apple.com',
  apnsSandbox: 'https://api.sandbox.push.apple.com',
  fcm: 'https://fcm.googleapis.com',
  googleTokens: 'https://oauth2.googleapis.com',
};
