/**
 * How every request is handled: identify the caller, parse by the contract, run the operation, write the response, log
 * one line. There are no controllers: a route of the contract and the function that answers it are all that is needed.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type { z } from 'zod';
import { describeIssues, parseWith } from '../contract/describe-issues.ts';
import { Refusal } from '../contract/errors.ts';
import { isApiPath } from '../contract/apis.ts';
import { bodyBytesMax } from '../contract/route.ts';
import type { Route } from '../contract/route.ts';
import { allowOrigin, answerPreflight } from './allow-origin.ts';
import { clientAddress } from './client-address.ts';
import { cookieJar } from './cookie-jar.ts';
import type { CookieJar } from './cookie-jar.ts';
import { entranceOfPath, entranceOfRoute } from './entrance.ts';
import type { Entrance, EntranceParts, KeyHolder, KnownCaller } from './entrance.ts';
import { withExactMembers } from './exact-json.ts';
import { framingOrigin } from './framing-origin.ts';
import type { Metrics } from './metrics.ts';
import { takesHtml } from './pages.ts';
import type { Pages } from './pages.ts';
import type { LiveSockets } from './live-sockets.ts';
import { parseBody, parseForm } from './parse-body.ts';
import { refusalOf } from './refusal-of.ts';
import { writeRefusal } from './write-refusal.ts';
import { writeReply } from './write-reply.ts';

export interface IncomingRequest<Caller> {
  /** Absent where anyone may call. */
  readonly caller: Caller | undefined;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  /** Only for routes whose body is raw. */
  readonly raw: { readonly bytes: string; readonly headers: Readonly<Record<string, string>> } | undefined;
  readonly requestId: string;
  readonly acceptLanguage: string | undefined;
  readonly sender: Sender;
  /** The signature of an app, on routes that take one. */
  readonly signature: string | undefined;
  /** Absent on routes that declare none. */
  readonly cookies: CookieJar | undefined;
  /** Whether the caller has hung up. */
  isGone(): boolean;
}

/** Where a request comes from. None of it is proof of anything. */
interface Sender {
  readonly ipAddress: string;
  readonly userAgent: string | undefined;
  /** The origin of the page that sends it, if the browser says so. */
  readonly origin: string | undefined;
  /** The origin of the page that will show the response in a frame, if the browser says so. */
  readonly framedBy: string | undefined;
}

export interface Handler<Caller> {
  readonly route: Route;
  handle(request: IncomingRequest<Caller>): Promise<unknown>;
}

export interface PipelineParts<Holder extends KeyHolder, Client extends KnownCaller> extends EntranceParts<
  Holder,
  Client
> {
  readonly handlers: readonly Handler<Holder | Client>[];
  readonly metrics: Metrics;
  /** Told of each refusal, with the caller's tenant if it is known. */
  refused(code: string, tenantId: string | undefined): void;
  readonly pages: Pages;
  readonly sockets: LiveSockets;
  /** Whether an error means that the database cannot answer now and the caller should retry later. */
  isUnavailable(error: unknown): boolean;
  /** Called with every answer before it is written; tests compare it with the contract. */
  inspectReply?(route: Route, reply: unknown): void;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * `id` is the name for logs and metrics, never the path, whose ids can be personal data. Without an `entrance`, the path
     * decides.
     */
    sallyport?: { readonly id: string; readonly entrance?: Entrance };
  }
  interface FastifyRequest {
    caller: { readonly kind: string; readonly tenant?: { readonly tenantId: string } } | undefined;
  }
}

const allMethods: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Registers every route, and refusals for everything else. */
export function registerPipeline<Holder extends KeyHolder, Client extends KnownCaller>(
  server: FastifyInstance,
  parts: PipelineParts<Holder, Client>,
): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, bytes, done) => done(null, bytes));
  server.decorateRequest('caller', undefined);
  const entranceOf = (request: FastifyRequest) =>
    request.routeOptions.config.sallyport?.entrance ?? entranceOfPath(parts, request.url);

  // Runs before the body is read: callers who are not allowed are refused at once, and nothing that they send is kept.
  // Hooks use callbacks: promises would cost each request more than the work in them.
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    const { isOfApi, hasCors, enter } = entranceOf(request);
    if (isOfApi) void reply.header('cache-control', 'no-store');
    if (hasCors && request.method === 'OPTIONS') {
      answerPreflight(parts.clients, request, reply);
      return;
    }
    let reading: void | Promise<void>;
    try {
      reading = enter(request);
    } finally {
      // Also if the caller could not be identified: then pages that any tenant expects may read the refusal.
      if (hasCors) allowOrigin(parts.clients, request, reply, request.caller as Client | undefined);
    }
    if (reading === undefined) done();
    else reading.then(() => done(), done);
  });

  server.addHook('onResponse', (request, reply, done) => {
    const isPreflight = request.method === 'OPTIONS' && entranceOf(request).hasCors;
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
    const entrance = entranceOfRoute(parts, route);
    for (const { method, path, notFrom } of [{ ...route, notFrom: undefined }, ...(route.aliases ?? [])]) {
      const methods: readonly HTTPMethods[] = method === 'GET' ? ['GET', 'HEAD'] : [method];
      methodsByPath.set(path, [...(methodsByPath.get(path) ?? []), ...methods]);
      server.route({
        method,
        url: path,
        config: { sallyport: { id: route.id, entrance } },
        bodyLimit: bodyBytesMax(route),
        handler: (request, reply) => {
          requireWholePath(route, request, notFrom);
          return answer(parts, handler, request, reply);
        },
      });
    }
  }
  const paths = [...methodsByPath].map(([path, methods]) => ({ path, methods, words: path.split('/') }));
  for (const { path, words } of paths) {
    // Including the methods of paths with a parameter in place of the word: an object may have that word as its id.
    const methods = [...new Set(paths.flatMap((other) => (isMetBy(other.words, words) ? other.methods : [])))];
    server.route({
      method: allMethods.filter((method) => !methods.includes(method)),
      url: path,
      config: { sallyport: { id: 'methodNotAllowed', entrance: entranceOfPath(parts, path) } },
      handler: (_request, reply) => {
        void reply.header('allow', methods.join(', '));
        throw new Refusal('method_not_allowed', `This path accepts ${methods.join(', ')} only.${missingPrefix(path)}`);
      },
    });
  }

  const firstWords = new Set([...methodsByPath.keys()].flatMap((path) => /^\/v1\/(\w+)/.exec(path)?.[1] ?? []));
  /** A hint for developers who gave their SDK a base URL that does not end in /v1. */
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
  const pagePaths = new Set(parts.handlers.flatMap(({ route }) => (route.reply.kind === 'page' ? [route.path] : [])));
  server.setErrorHandler((error, request, reply) => writeError(parts, pagePaths, error, request, reply));
}

/** Whether a path matches everything that another one does, perhaps with a parameter in place of a fixed word. */
function isMetBy(parts: readonly string[], words: readonly string[]): boolean {
  return parts.length === words.length && parts.every((part, at) => part.startsWith(':') || part === words[at]);
}

async function answer<Holder extends KeyHolder, Client extends KnownCaller>(
  parts: PipelineParts<Holder, Client>,
  { route, handle }: Handler<Holder | Client>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const incoming: IncomingRequest<Holder | Client> = {
    caller: request.caller as Holder | Client | undefined,
    params: parsePart(route.params, request.params),
    query: parsePart(route.query, request.query),
    body: parsePart(route.body, bodyOf(request, route)),
    raw: route.isRaw === true ? rawOf(request) : undefined,
    requestId: request.id,
    acceptLanguage: request.headers['accept-language'],
    sender: {
      ipAddress: clientAddress(request),
      userAgent: request.headers['user-agent'],
      origin: request.headers.origin,
      framedBy: framingOrigin(request.headers),
    },
    signature: route.isSigned === true ? signatureOf(request) : undefined,
    cookies: route.cookies === undefined ? undefined : cookieJar(parts.clients, route.cookies, request, reply),
    isGone: hangUpOf(request),
  };
  return writeReply(route.reply, await handle(incoming), {
    request,
    reply,
    pages: parts.pages,
    sockets: parts.sockets,
    inspect: inspectorOf(parts, route),
  });
}

// Functions of their own: a live connection keeps what it is given, and would keep all that is in scope beside it.
function hangUpOf({ raw: { socket } }: FastifyRequest): () => boolean {
  return () => socket.destroyed;
}

function inspectorOf(
  { inspectReply }: Pick<PipelineParts<KeyHolder, KnownCaller>, 'inspectReply'>,
  route: Route,
): (written: unknown) => void {
  return inspectReply === undefined ? () => undefined : (written) => inspectReply(route, written);
}

function signatureOf({ headers }: FastifyRequest): string | undefined {
  const { 'x-authsignal-signature': signature } = headers;
  return Array.isArray(signature) ? signature.join() : signature;
}

/**
 * Official SDKs put ids into paths without encoding them, so a "?" or "#" in an id ends the path early and the request
 * reaches another route (A68). Refuses queries that no query builder writes, and requests that no SDK sends to an alias.
 */
function requireWholePath({ credentials }: Route, request: FastifyRequest, notFrom: RegExp | undefined): void {
  const mark = request.url.indexOf('?');
  const query = mark === -1 ? '' : request.url.slice(mark + 1);
  const isCut = query !== '' && query.split('&').some((part) => !/^[^=/]+=[^/]*$/.test(part));
  if (credentials.length > 0 && isCut) {
    throw new Refusal(
      'invalid_request',
      'The query must be name=value pairs with "/" encoded, and ids in the path must not contain any of / \\ ? # %.',
    );
  }
  if (notFrom?.test(request.headers['user-agent'] ?? '') === true) {
    throw new Refusal('invalid_request', 'The path ends early: ids in it must not contain any of / \\ ? # %.');
  }
}

function bodyOf(request: FastifyRequest, { exact, reply, isRaw }: Route): unknown {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new Refusal('invalid_request', 'Compressed bodies are not accepted.');
  }
  if (isRaw === true || !Buffer.isBuffer(request.body)) return {};
  // Only pages accept forms, so that a form on another site cannot call anything else.
  const contentType = request.headers['content-type'] ?? '';
  const isForm = reply.kind === 'page' && /^application\/x-www-form-urlencoded *(;|$)/i.test(contentType);
  if (isForm) return parseForm(request.body);
  const body = parseBody(request.body);
  return exact === undefined ? body : withExactMembers(body, request.body.toString('utf8'), exact);
}

/** The text of a body, and the headers that came once. */
function rawOf({ body, headers }: FastifyRequest): NonNullable<IncomingRequest<unknown>['raw']> {
  const single = Object.entries(headers).filter((header): header is [string, string] => typeof header[1] === 'string');
  return { bytes: Buffer.isBuffer(body) ? body.toString('utf8') : '', headers: Object.fromEntries(single) };
}

/** @throws {Refusal} `invalid_request` naming each member that does not fit. */
function parsePart(schema: z.ZodType, given: unknown): unknown {
  const result = parseWith(schema, given);
  if (!result.success) throw new Refusal('invalid_request', describeIssues(result.error));
  return result.data;
}

function writeError<Holder extends KeyHolder, Client extends KnownCaller>(
  parts: PipelineParts<Holder, Client>,
  pagePaths: ReadonlySet<string>,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const refusal =
    error instanceof Refusal ? error : (refusalOfRequest(error, request) ?? refusalOf(error, parts.isUnavailable));
  parts.refused(refusal.code, request.caller?.tenant?.tenantId);
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

/** Whether a person reads the response in a browser: at the path of a page, or at a path that does not exist. */
function isPerson({ headers, routeOptions, url }: FastifyRequest, pagePaths: ReadonlySet<string>): boolean {
  const path = routeOptions.url;
  const isOfPages = path === undefined ? !isApiPath(url) : pagePaths.has(path);
  return isOfPages && takesHtml(headers.accept);
}

/** What went wrong before an operation ran, as far as the caller can change it. */
function refusalOfRequest(error: unknown, request: FastifyRequest): Refusal | undefined {
  // The client is gone, so no one reads this; in the log it must not look like a fault of this server.
  if (request.raw.destroyed && !request.raw.complete) {
    return new Refusal('invalid_request', 'The request broke off before it was whole.');
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
      return undefined;
  }
}

function frameworkCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
