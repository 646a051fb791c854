/**
 * Providers with an HTTP API. Each is a file that says what is asked for a message and what the answer means; here is
 * what they have in common: who is reached, for how long, and what is certain if it fails.
 */
import type { SecretKey } from '../runtime/crypto.ts';
import type { Timers } from '../runtime/runtime.ts';
import { openTurns } from '../runtime/turns.ts';
import { DeliveryFailed } from './delivery-failed.ts';
import type { Failure } from './delivery-failed.ts';
import { exchange, openConnection } from './http-exchange.ts';
import type { HttpReply } from './http-exchange.ts';
import type { Outbound } from './outbound.ts';

/** The credentials in the tenant's configuration, as text; the contract has checked their form. */
export type Credentials = Readonly<Record<string, string | undefined>>;

/** What a provider works with besides the message. */
export interface Account {
  readonly credentials: Credentials;
  readonly tenantId: string;
  /** Where the provider tells what became of a message; undefined if it cannot reach this server. */
  readonly callbackUrl: string | undefined;
  /** For `WEBHOOK`: the tenant's endpoint. */
  readonly webhookUrl: string | undefined;
  /** Every active server key of the tenant: its endpoint checks with the one it has (ruling 24). */
  webhookKeys(): readonly SecretKey[];
  newId(): string;
  now(): number;
}

export interface ApiRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ApiProvider<Message> {
  request(message: Message, account: Account): ApiRequest | Promise<ApiRequest>;
  /**
   * The provider's own id of the message, from the body of a 2xx answer; undefined if it gives none.
   * @throws {DeliveryFailed} if the body says that the message was not taken
   */
  idIn(body: string): string | undefined;
  /** What an answer other than 2xx means; undefined where only its status counts. */
  failureIn?(status: number, body: string): Failure | undefined;
}

/** Passes messages to one provider. */
export interface Carrier<Message> {
  /**
   * Resolves to the provider's own id of the message once it was accepted; to undefined if it gives none. `msMax` is what
   * is left of the time that a user waits.
   * @throws {DeliveryFailed} within `msMax`, and five seconds at most, otherwise
   */
  send(message: Message, tenantId: string, msMax?: number): Promise<string | undefined>;
  close(): void;
}

// A user waits for the response (F18). Less than the time of a message in all, so that a second provider can be asked
// after one that cannot be reached.
const connectMs = 1_500;
const sendMs = 4_500;
// Of one tenant at one provider and node; others wait in line.
const placesMax = 16;

/** Passes messages to a provider's API. */
export function apiCarrier<Message>(
  name: string,
  provider: ApiProvider<Message>,
  account: Account,
  { outbound, timers }: { readonly outbound: Outbound; readonly timers: Timers },
): Carrier<Message> {
  const turns = openTurns({ placesMax });
  async function send(message: Message, signal: AbortSignal): Promise<string | undefined> {
    const request = await provider.request(message, account);
    const target = new URL(request.url);
    const socket = await openConnection(
      outbound,
      account.tenantId,
      target,
      AbortSignal.any([signal, timers.timeout(connectMs)]),
    ).catch((error: unknown) => {
      throw new DeliveryFailed(`${name} could not be reached (${reasonOf(error, signal)}).`, {
        isRefused: true,
        because: 'unreached',
      });
    });
    let reply: HttpReply;
    try {
      reply = await exchange(socket, target, { method: 'POST', ...request }, signal);
    } catch (error) {
      throw new DeliveryFailed(`${name} gave no answer (${reasonOf(error, signal)}).`, { isRefused: false });
    }
    const { status, text } = reply;
    const body = await text;
    if (status >= 200 && status < 300) return provider.idIn(body);
    const failure = provider.failureIn?.(status, body) ?? failureOf(status);
    throw new DeliveryFailed(`${name} answered ${status}.`, failure, { status, code: codeIn(body) });
  }
  return {
    send(message, _tenantId, msMax = sendMs) {
      const signal = timers.timeout(Math.min(msMax, sendMs));
      let hasBegun = false;
      const begin = () => {
        hasBegun = true;
        return send(message, signal);
      };
      return turns.run(account.tenantId, begin, signal).catch((error: unknown) => {
        if (hasBegun) throw error;
        throw new DeliveryFailed(`Too many messages wait for ${name}.`, { isRefused: true });
      });
    },
    close: () => undefined,
  };
}

/**
 * What a status means (RFC 9110 §15). A redirect is not followed. Of the errors of a server only 503 says that nothing was
 * done: behind the others a message may have been taken.
 */
function failureOf(status: number): Failure {
  if (status >= 500 && status !== 503) return { isRefused: false };
  // Everybody's messages are refused alike: the key, the path or the pace is wrong.
  const isOfAll = status < 400 || [401, 403, 404, 408, 429, 503].includes(status);
  return { isRefused: true, isAnswered: !isOfAll };
}

/** A body as JSON; undefined if it is none. */
export function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

// Where providers name the code of an error.
const codePaths = [['code'], ['error', 'code'], ['errors', 0, 'code'], ['errors', 0, 'id'], ['ErrorCode'], ['name']];

/** The provider's own code of an error; undefined if its body names none that is only a code. */
function codeIn(body: string): string | undefined {
  const json = jsonOf(body);
  return codePaths
    .map((path) => textOf(json, ...path))
    .find((code) => code !== undefined && /^[\w.-]{1,32}$/.test(code));
}

/** A member of a JSON value by its path; undefined if there is none. */
export function memberOf(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, name)
        ? (inner as Record<string | number, unknown>)[name]
        : undefined,
    value,
  );
}

/** A member that is text or a number, as text. */
export function textOf(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const member = memberOf(value, ...path);
  return typeof member === 'string' || typeof member === 'number' ? String(member) : undefined;
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** The body of a form, without the members that are undefined. */
export function form(members: Readonly<Record<string, string | undefined>>): string {
  return new URLSearchParams(
    Object.entries(members).filter((member): member is [string, string] => member[1] !== undefined),
  ).toString();
}

export const formType = { 'content-type': 'application/x-www-form-urlencoded' } as const;
export const jsonType = { 'content-type': 'application/json' } as const;

/** A part of a path: a tenant's setting never leads to another path. */
export function part(text: string | undefined): string {
  return encodeURIComponent(text ?? '');
}

// Only the kind of an error: its text can contain what the provider or the resolver said.
function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'time-out';
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && /^[A-Z0-9_]{2,40}$/.test(String(error.code)) ? String(error.code) : error.name;
}
