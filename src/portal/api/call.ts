/** Calls of the portal's API and, with the operator's session, of the management API. */
import { callTexts } from '#portal-texts/kit.ts';

/** A refusal of the server, or `offline` if no answer came. */
export class CallError extends Error {
  override readonly name = 'CallError';
  readonly code: string;
  /** 0 if no answer came. */
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;
  /** As in the server's log. */
  readonly requestId: string | undefined;

  constructor(
    code: string,
    status: number,
    description: string,
    { retryAfterSeconds, requestId }: { retryAfterSeconds?: number | undefined; requestId?: string | undefined } = {},
  ) {
    super(description);
    this.code = code;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
    this.requestId = requestId;
  }
}

/** The operator did not want to prove it; nothing was changed. */
export class StepUpDeclined extends Error {
  override readonly name = 'StepUpDeclined';
}

export interface CallOptions {
  /** For what belongs to a tenant. */
  readonly tenantId?: string;
  readonly body?: object;
  /** For the client API, which knows nothing of the cookie. */
  readonly authorization?: string;
  readonly signal?: AbortSignal | undefined;
  /** For a page: the answer is its HTML. */
  readonly isText?: true;
  /** For what takes longer than most. */
  readonly timeoutMs?: number | undefined;
}

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

const callTimeoutMs = 20_000;

/** Of what is written while it is read, the last is late. */
const fileTimeoutMs = 30 * 60_000;

/** What the shell does when a call needs it. */
export const gate: {
  /** Lets the operator prove who they are. @throws if they do not */
  stepUp: () => Promise<unknown>;
  /** The session is over. */
  signedOut: () => void;
} = { stepUp: () => Promise.reject(new Error('Nothing can ask for a proof yet.')), signedOut: () => undefined };

/** Makes a call, with a step-up in between if the server asks for one. @throws {CallError} */
export async function call<Reply>(method: Method, path: string, options: CallOptions = {}): Promise<Reply> {
  try {
    return await ask<Reply>(method, path, options);
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    if (error.code === 'step_up_required') {
      await gate.stepUp();
      return ask<Reply>(method, path, options);
    }
    if (error.code === 'unauthorized' && options.authorization === undefined) gate.signedOut();
    throw error;
  }
}

/** Makes a call whose answer is a file, as it is. @throws {CallError} */
export async function callForFile(path: string, options: CallOptions = {}): Promise<Blob> {
  const response = await send('POST', path, options, fileTimeoutMs);
  if (!response.ok) {
    if (response.status === 401) gate.signedOut();
    throw refusalOf(response, parse(await response.text().catch(() => '')));
  }
  return response.blob().catch(() => {
    throw new CallError('offline', 0, callTexts.brokeOff);
  });
}

async function ask<Reply>(method: Method, path: string, options: CallOptions): Promise<Reply> {
  const response = await send(method, path, options, options.timeoutMs ?? callTimeoutMs);
  const text = await response.text().catch((error: unknown) => {
    throw options.signal?.aborted === true ? error : unanswered();
  });
  const reply = parse(text);
  if (response.ok) return (options.isText === true ? text : reply) as Reply;
  throw refusalOf(response, reply);
}

async function send(method: Method, path: string, options: CallOptions, patienceMs: number): Promise<Response> {
  const { tenantId, body, authorization, signal } = options;
  try {
    return await fetch(path, {
      method,
      headers: {
        accept: 'application/json',
        ...(tenantId === undefined ? {} : { 'x-sallyport-tenant': tenantId }),
        ...(authorization === undefined ? {} : { authorization }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      cache: 'no-store',
      credentials: authorization === undefined ? 'same-origin' : 'omit',
      signal: AbortSignal.any([AbortSignal.timeout(patienceMs), ...(signal === undefined ? [] : [signal])]),
    });
  } catch (error) {
    throw signal?.aborted === true ? error : unanswered();
  }
}

const unanswered = () => new CallError('offline', 0, callTexts.unanswered);

function refusalOf(response: Response, reply: unknown): CallError {
  const { errorCode, errorDescription } = Object(reply) as { errorCode?: string; errorDescription?: string };
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new CallError(errorCode ?? 'unexpected_error', response.status, errorDescription ?? '', {
    retryAfterSeconds: Number.isFinite(seconds) ? seconds : undefined,
    requestId: response.headers.get('x-request-id') ?? undefined,
  });
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The query of a URL, without what is empty. */
export function queryOf(values: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return query === '' ? '' : `?${query}`;
}
