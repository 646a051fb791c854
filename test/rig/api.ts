/** How tests call server processes: plain `fetch`, a key, and a parsed response. */
export interface ApiReply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly ms: number;
  /** The parsed body; undefined if it is not JSON. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into responses of every shape
  readonly body: any;
}

export interface ApiCall {
  readonly key?: string;
  readonly body?: unknown;
  /** Sent unchanged, instead of `body`. */
  readonly rawBody?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function basic(key: string): string {
  return `Basic ${Buffer.from(`${key}:`).toString('base64')}`;
}

/**
 * Calls a server process. Rejects only if no response came at all. A read is retried once: `fetch` may still hold a
 * connection to an earlier process that had the same port.
 */
export async function ask(url: string, method: string, path: string, call: ApiCall = {}): Promise<ApiReply> {
  if (method !== 'GET') return askOnce(url, method, path, call);
  return askOnce(url, method, path, call).catch(() => askOnce(url, method, path, call));
}

async function askOnce(url: string, method: string, path: string, call: ApiCall): Promise<ApiReply> {
  const startedMs = performance.now();
  const payload = call.rawBody ?? (call.body === undefined ? undefined : JSON.stringify(call.body));
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(call.key === undefined ? {} : { authorization: basic(call.key) }),
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...call.headers,
    },
    ...(payload === undefined ? {} : { body: payload }),
    signal: AbortSignal.timeout(120_000),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type') === 'application/json';
  return {
    status: response.status,
    headers: response.headers,
    text,
    ms: performance.now() - startedMs,
    body: isJson ? (JSON.parse(text) as unknown) : undefined,
  };
}

/** A time that is promised, and not only how long it is worth waiting. */
interface Promised {
  readonly promisedMs: number;
}

/**
 * A time that the program promises: exact in `npm run test:long`, which has its machine for itself. In `npm test` five times
 * as long, because there the machine may be slow and does much else.
 */
export function promisedMs(ms: number): number {
  return tries(ms * 5, ms);
}

// A slow machine with much to do is no fault of the program.
const patienceMs = 60_000;

/**
 * Calls until the condition holds; if it does not within the time, the error says what was last seen. A time that is not
 * promised is at least a minute.
 */
export async function eventually<T>(
  what: string,
  within: number | Promised,
  look: () => Promise<T>,
  isDone: (seen: T) => boolean,
  everyMs = 50,
): Promise<T> {
  const withinMs = typeof within === 'number' ? Math.max(within, patienceMs) : promisedMs(within.promisedMs);
  const startedMs = performance.now();
  for (;;) {
    const seen = await look();
    if (isDone(seen)) return seen;
    if (performance.now() - startedMs > withinMs) {
      throw new Error(`Not within ${withinMs} ms: ${what}. Last seen: ${JSON.stringify(seen)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** A number of tries: few in `npm test`, the table's in `npm run test:long` (ruling 29). */
export function tries(short: number, long: number): number {
  return process.env['TEST_LONG'] === undefined ? short : long;
}
