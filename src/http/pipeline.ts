/**
 * How every request is answered: caller, parsing by the contract, the operation, the answer, one log line. There are no
 * controllers; a route of the contract and the function that answers it are all there is.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type { z } from 'zod';
import { describeIssues, parseWith } from '../contract/describe-issues.ts';
import { Refusal } from '../contract/errors.ts';
import { ListPage } from '../contract/list-page.ts';
import { isClientKind } from '../contract/route.ts';
import type { CallerKind, Route } from '../contract/route.ts';
import { allowOrigin, answerPreflight, isClientPath } from './allow-origin.ts';
import { clientAddress } from './client-address.ts';
import { cookieJar } from './cookie-jar.ts';
import type { CookieJar } from './cookie-jar.ts';
import { withExactMembers, writeExactJson } from './exact-json.ts';
import { framingOrigin } from './framing-origin.ts';
import { identifyCaller } from './identify-caller.ts';
import type { CallerDirectory } from './identify-caller.ts';
import { identifyClient, refuseTooMany } from './identify-client.ts';
import type { ClientDirectory, ClientLimits } from './identify-client.ts';
import type { FailureLimit } from './limit-failures.ts';
import type { RateLimit } from './limit-rate.ts';
import type { Metrics } from './metrics.ts';
import { takesHtml } from './pages.ts';
import type { Pages } from './pages.ts';
import { parseBody, parseForm } from './parse-body.ts';
import { mailSecurityHeaders, pageSecurityHeaders } from './security-headers.ts';
import { isAsyncIterable, writeItems } from './write-items.ts';
import { writeJson } from './write-json.ts';
import { writeRefusal } from './write-refusal.ts';

export interface IncomingRequest<Caller> {
  /** Absent on public routes. */
  readonly caller: Caller | undefined;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly requestId: string;
  readonly acceptLanguage: string | undefined;
  readonly sender: Sender;
  /** Absent on routes that declare none. */
  readonly cookies: CookieJar | undefined;
  /** Whether the caller has hung up. */
  isGone(): boolean;
}

/** Where a request comes from. Nothing of it proves anything. */
interface Sender {
  readonly ipAddress: string;
  readonly userAgent: string | undefined;
  /** The page that sends it, where a browser says so. */
  readonly origin: string | undefined;
  /** The page that is going to show the answer in a frame, where a browser says so. */
  readonly framedBy: string | undefined;
}

export interface Handler<Caller> {
  readonly route: Route;
  handle(request: IncomingRequest<Caller>): Promise<unknown>;
}

interface KeyHolder {
  readonly kind: string;
  readonly keyId: string;
}

export interface PipelineParts<Caller extends KeyHolder, Client> {
  readonly handlers: readonly Handler<Caller | Client>[];
  readonly callers: CallerDirectory<Caller>;
  readonly clients: ClientDirectory<Client>;
  /** Calls to the client API without a token, by address (ruling 5). */
  readonly anonymous: ClientLimits['anonymous'];
  readonly failures: FailureLimit;
  /** How often one key may call, by the kind of its holder; a kind that is not named is not limited (ruling 5). */
  readonly rates: Partial<Record<CallerKind, RateLimit>>;
  /** Looks at whoever has a good key, before the body is read. @throws {Refusal} if they may not call from this address. */
  admit(caller: Caller, address: string): void;
  readonly metrics: Metrics;
  readonly pages: Pages;
  /** Whether an error means that the database cannot answer now, and the request should be repeated later. */
  isUnavailable(error: unknown): boolean;
  /** Looks at every answer before it is written; tests compare it with the contract here. */
  inspectReply?(route: Route, reply: unknown): void;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call, and the name for logs and metrics: never the path, which carries ids that can be personal. */
    sallyport?: { readonly id: string; readonly caller: CallerKind; readonly isCounted?: boolean };
  }
  interface FastifyRequest {
    caller: { readonly kind: string; readonly tenant?: { readonly tenantId: string } } | undefined;
  }
}

// Ruling 3; the engine's own limit holds elsewhere. Value lists, themes and batches are larger than what a person is asked.
const largeBodyBytesMax = 1024 * 1024;

// Ruling 49. Gateways ask again when they meet a key that they do not know.
const cacheSeconds = 300;

const allMethods: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Registers every route, and refusals for everything else. */
export function registerPipeline<Caller extends KeyHolder, Client extends NonNullable<FastifyRequest['caller']>>(
  server: FastifyInstance,
  parts: PipelineParts<Caller, Client>,
): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, bytes, done) => done(null, bytes));
  server.decorateRequest('caller', undefined);

  // Before the body is read: who may not call is told so at once, and sends nothing that is kept.
  // Hooks call back rather than promise: promises would cost each request more than what is done in them.
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    if (isApiPath(request.url)) void reply.header('cache-control', 'no-store');
    const kind = request.routeOptions.config.sallyport?.caller ?? kindByPath(request.url);
    if (isClientPath(request.url)) {
      if (request.method === 'OPTIONS') {
        answerPreflight(parts.clients, request, reply);
        return;
      }
    }
    if (kind === 'public') {
      if (isClientPath(request.url)) allowOrigin(parts.clients, request, reply, undefined);
      if (request.routeOptions.config.sallyport?.isCounted === true)
        refuseTooMany(parts.anonymous, clientAddress(request));
      done();
      return;
    }
    const { authorization } = request.headers;
    if (isClientKind(kind)) {
      try {
        request.caller = identifyClient(parts.clients, parts, kind, authorization, clientAddress(request));
      } finally {
        // Also where it was refused to say who calls: then any tenant's page may read the refusal.
        allowOrigin(parts.clients, request, reply, request.caller as Client | undefined);
      }
      done();
      return;
    }
    const caller = identifyCaller(parts.callers, parts.failures, kind, authorization, clientAddress(request));
    request.caller = caller;
    const waitSeconds = parts.rates[kind]?.countCall(caller.keyId) ?? 0;
    if (waitSeconds > 0) {
      throw new Refusal(
        'too_many_requests',
        'This key has called too often. Wait and repeat the request.',
        waitSeconds,
      );
    }
    parts.admit(caller, clientAddress(request));
    done();
  });

  server.addHook('onResponse', (request, reply, done) => {
    const isPreflight = request.method === 'OPTIONS' && isClientPath(request.url);
    const id = isPreflight ? 'preflight' : (request.routeOptions.config.sallyport?.id ?? 'none');
    const ms = reply.elapsedTime;
    parts.metrics.answered(id, reply.statusCode, ms / 1000);
    request.log.info(
      {
        route: id,
        status: reply.statusCode,
        ms: Math.round(ms * 10) / 10,
        tenantId: request.caller?.tenant?.tenantId,
      },
      'request',
    );
    done();
  });

  const methodsByPath = new Map<string, HTTPMethods[]>();
  for (const handler of parts.handlers) {
    const { route } = handler;
    for (const { method, path, notFrom } of [{ ...route, notFrom: undefined }, ...(route.aliases ?? [])]) {
      const methods: readonly HTTPMethods[] = method === 'GET' ? ['GET', 'HEAD'] : [method];
      methodsByPath.set(path, [...(methodsByPath.get(path) ?? []), ...methods]);
      server.route({
        method,
        url: path,
        config: { sallyport: { id: route.id, caller: route.caller, isCounted: route.isCounted === true } },
        ...(route.caller === 'management' || route.isLarge === true ? { bodyLimit: largeBodyBytesMax } : {}),
        handler: (request, reply) => {
          refuseCutPath(route, request, notFrom);
          return answer(parts, handler, request, reply);
        },
      });
    }
  }
  for (const path of methodsByPath.keys()) {
    // With those of a path that takes the same by a parameter: an object may be called as a fixed word is.
    const methods = [...new Set([...methodsByPath].flatMap(([other, its]) => (isMetBy(other, path) ? its : [])))];
    server.route({
      method: allMethods.filter((method) => !methods.includes(method)),
      url: path,
      config: { sallyport: { id: 'methodNotAllowed', caller: kindByPath(path) } },
      handler: (_request, reply) => {
        void reply.header('allow', methods.join(', '));
        throw new Refusal('method_not_allowed', `This path accepts ${methods.join(', ')} only.${missingPrefix(path)}`);
      },
    });
  }

  const firstWords = new Set([...methodsByPath.keys()].flatMap((path) => /^\/v1\/(\w+)/.exec(path)?.[1] ?? []));
  /** For whoever has given their SDK a base URL that does not end in it. */
  function missingPrefix(path: string): string {
    const word = /^\/+(\w+)/.exec(path)?.[1] ?? '';
    return !isApiPath(path) && firstWords.has(word)
      ? ' Paths of the API begin with /v1: let the base URL of the SDK end in it.'
      : '';
  }
  server.setNotFoundHandler((request) => {
    throw new Refusal(
      'not_found',
      `There is nothing at this path. Check the path and its ids.${missingPrefix(request.url)}`,
    );
  });
  const pagePaths = new Set(parts.handlers.flatMap(({ route }) => (route.page === undefined ? [] : [route.path])));
  server.setErrorHandler((error, request, reply) => writeError(parts, pagePaths, error, request, reply));
}

/** Whether a path takes all that another does, with a parameter perhaps where that has a fixed word. */
function isMetBy(path: string, other: string): boolean {
  const words = other.split('/');
  const parts = path.split('/');
  return parts.length === words.length && parts.every((part, at) => part.startsWith(':') || part === words[at]);
}

async function answer<Caller extends KeyHolder, Client>(
  parts: PipelineParts<Caller, Client>,
  { route, handle }: Handler<Caller | Client>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const incoming: IncomingRequest<Caller | Client> = {
    caller: request.caller as Caller | Client | undefined,
    params: parsePart(route.params, request.params),
    query: parsePart(route.query, request.query),
    body: parsePart(route.body, bodyOf(request, route)),
    requestId: request.id,
    acceptLanguage: request.headers['accept-language'],
    sender: {
      ipAddress: clientAddress(request),
      userAgent: request.headers['user-agent'],
      origin: request.headers.origin,
      framedBy: framingOrigin(request.headers),
    },
    cookies: route.cookies === undefined ? undefined : cookieJar(parts.clients, route.cookies, request, reply),
    isGone: () => request.raw.socket.destroyed,
  };
  const handled = await handle(incoming);
  const body = handled instanceof ListPage ? handled.items : handled;
  if (handled instanceof ListPage && handled.nextCursor !== undefined) linkNext(request, reply, handled.nextCursor);
  if (isAsyncIterable(body)) return writeItems(reply, inspected(body, parts, route));
  parts.inspectReply?.(route, body);
  if (route.noContent === true) return reply.code(204).send();
  if (route.page === 'html' || route.page === 'mail') {
    const html = String(body);
    const headers = route.page === 'html' ? pageSecurityHeaders(html) : mailSecurityHeaders;
    return reply.headers(headers).type('text/html; charset=utf-8').send(html);
  }
  if (route.page === 'app') return parts.pages.send(request, reply, body);
  if (route.isCacheable === true) void reply.header('cache-control', `public, max-age=${cacheSeconds}`);
  return writeJson(reply, 200, body, route.exact === undefined ? undefined : writeExactJson);
}

/** By its query alone: how the path is written before a proxy, nobody here knows. */
function linkNext(request: FastifyRequest, reply: FastifyReply, cursor: string): void {
  const query = new URLSearchParams(request.url.split('?')[1] ?? '');
  query.set('cursor', cursor);
  void reply.header('link', `<?${query.toString()}>; rel="next"`);
}

async function* inspected<Caller extends KeyHolder, Client>(
  items: AsyncIterable<unknown>,
  parts: PipelineParts<Caller, Client>,
  route: Route,
): AsyncIterable<unknown> {
  for await (const item of items) {
    parts.inspectReply?.(route, [item]);
    yield item;
  }
}

/**
 * Official SDKs put ids into paths without encoding them, so a "?" or "#" in an id ends the path early and the request
 * arrives at another route (A68). What no builder of queries writes, and what no SDK sends to an alias, is refused.
 */
function refuseCutPath({ caller }: Route, request: FastifyRequest, notFrom: RegExp | undefined): void {
  const mark = request.url.indexOf('?');
  const query = mark === -1 ? '' : request.url.slice(mark + 1);
  const isCut = query !== '' && query.split('&').some((part) => !/^[^=/]+=[^/]*$/.test(part));
  if (caller !== 'public' && isCut) {
    throw new Refusal(
      'invalid_request',
      'The query must be name=value pairs with "/" encoded, and ids in the path must not contain any of / \\ ? # %.',
    );
  }
  if (notFrom?.test(request.headers['user-agent'] ?? '') === true) {
    throw new Refusal('invalid_request', 'The path ends early: ids in it must not contain any of / \\ ? # %.');
  }
}

function bodyOf(request: FastifyRequest, { exact, page }: Route): unknown {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new Refusal('invalid_request', 'Compressed bodies are not accepted.');
  }
  if (!Buffer.isBuffer(request.body)) return {};
  // Pages alone have forms: nothing else may be sent by one from elsewhere.
  const contentType = request.headers['content-type'] ?? '';
  const isForm = page !== undefined && /^application\/x-www-form-urlencoded *(;|$)/i.test(contentType);
  if (isForm) return parseForm(request.body);
  const body = parseBody(request.body);
  return exact === undefined ? body : withExactMembers(body, request.body.toString('utf8'), exact);
}

/** @throws {Refusal} `invalid_request` naming each member that does not fit. */
function parsePart(schema: z.ZodType, given: unknown): unknown {
  const result = parseWith(schema, given);
  if (!result.success) throw new Refusal('invalid_request', describeIssues(result.error));
  return result.data;
}

function writeError<Caller extends KeyHolder, Client>(
  parts: PipelineParts<Caller, Client>,
  pagePaths: ReadonlySet<string>,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const refusal = refusalOf(parts, error, request);
  if (refusal.code === 'unexpected_error') request.log.error({ err: error }, 'unexpected error');
  if (refusal.code === 'unavailable') request.log.warn({ err: error }, 'unavailable');
  if (isPerson(request, pagePaths)) {
    try {
      return parts.pages.sendRefusal(request, reply, refusal);
    } catch (drawing) {
      request.log.error({ err: drawing }, 'a refusal could not be drawn');
    }
  }
  return writeRefusal(reply, refusal);
}

/** Whether somebody reads the answer in a browser: at the path of a page, or at one that nothing has. */
function isPerson({ headers, routeOptions, url }: FastifyRequest, pagePaths: ReadonlySet<string>): boolean {
  const path = routeOptions.url;
  const isOfPages = path === undefined ? !isApiPath(url) : pagePaths.has(path);
  return isOfPages && takesHtml(headers.accept);
}

function refusalOf<Caller extends KeyHolder, Client>(
  parts: PipelineParts<Caller, Client>,
  error: unknown,
  request: FastifyRequest,
): Refusal {
  if (error instanceof Refusal) return error;
  // Nobody is there any more to be answered; for the log it is no fault of this server.
  if (request.raw.destroyed && !request.raw.complete) {
    return new Refusal('invalid_request', 'The request broke off before it was whole.');
  }
  if (parts.isUnavailable(error)) {
    return new Refusal(
      'unavailable',
      'The server has no room for this request now. Repeat it after the time in Retry-After.',
      1,
    );
  }
  switch (frameworkCode(error)) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Refusal(
        'body_too_large',
        `The body is larger than ${(request.routeOptions.bodyLimit ?? 0) / 1024} KiB.`,
      );
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new Refusal('invalid_request', 'The body does not have the length that Content-Length announced.');
    case 'FST_ERR_BAD_URL':
      return new Refusal('invalid_request', 'The path has a malformed percent-escape.');
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new Refusal('invalid_request', 'An id in the path is too long.');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Refusal('invalid_request', 'The Content-Type header is malformed.');
    default:
      return new Refusal(
        'unexpected_error',
        'An unexpected error occurred. The server has logged it under this request id.',
      );
  }
}

function frameworkCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function isApiPath(path: string): boolean {
  return /^\/+v1(?:[/?]|$)/.test(path);
}

/** What a path that no route has is protected by: strangers learn nothing about paths of the APIs. */
function kindByPath(path: string): CallerKind {
  if (path.startsWith('/v1/management')) return 'management';
  if (path.startsWith('/v1/client')) return 'public';
  return path.startsWith('/v1') ? 'server' : 'public';
}
