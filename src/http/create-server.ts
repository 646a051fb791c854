import type { Socket } from 'node:net';
import { LogController, fastify } from 'fastify';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { errorBody } from '../contract/errors.ts';
import { straightenPath } from '../contract/straighten-path.ts';
import type { Ids } from '../runtime/runtime.ts';
import { trustProxies } from './trust-proxies.ts';
import { takesHtml } from './pages.ts';
import type { DrawnPage } from './pages.ts';

// Caps on what a caller can make the server hold (A74, F39).
const bodyBytesMax = 64 * 1024;
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 15_000;
const keepAliveTimeoutMs = 65_000;
// A user id of 256 code points has up to 3,072 characters once percent-encoded.
const pathParameterCharactersMax = 4_096;

/** The HTTP engine with this product's limits. `trustedProxies` alone may say who the client is. */
export function createServer(options: {
  readonly ids: Ids;
  readonly logger: FastifyBaseLogger;
  readonly trustedProxies: readonly string[];
  /** What a person is shown whose request cannot be read; see `Pages`. */
  unreadablePage(languages: string | undefined): DrawnPage;
}): FastifyInstance {
  const server = fastify({
    loggerInstance: options.logger,
    // The pipeline writes one line a request, without the path: ids in it can be personal.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => options.ids.uuid(),
    requestIdHeader: false,
    trustProxy: options.trustedProxies.length === 0 ? false : trustProxies(options.trustedProxies),
    bodyLimit: bodyBytesMax,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    http: { headersTimeout: headersTimeoutMs, connectionsCheckingInterval: 2_000 },
    // As GET, but for the body (RFC 9110 §9.3.2).
    exposeHeadRoutes: true,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: {
      ignoreTrailingSlash: true,
      maxParamLength: pathParameterCharactersMax,
      // A query of one name twice would become an array; the contract's schemas refuse it.
      caseSensitive: true,
    },
    rewriteUrl: (request) => straightenPath(request.url ?? '/'),
    clientErrorHandler: (error, socket) => refuseUnreadable(error, socket, options.unreadablePage),
    // A path that cannot be decoded reaches no route and no hook, so the refusal is sent from here.
    frameworkErrors(error, request, reply) {
      void reply.headers({ 'x-request-id': request.id, 'cache-control': 'no-store' });
      server.errorHandler(error, request, reply);
    },
  });
  return server;
}

/** Answers what is not HTTP, or does not arrive in time, before there is a request to speak of. */
function refuseUnreadable(
  error: Error & { code?: string; rawPacket?: unknown },
  socket: Socket,
  unreadablePage: (languages: string | undefined) => DrawnPage,
): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const description =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? 'The headers are too large.'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? 'The request did not arrive in time.'
        : 'The request is not valid HTTP.';
  const seen = Buffer.isBuffer(error.rawPacket) ? error.rawPacket.toString('latin1') : '';
  const page = isOfPerson(seen) ? unreadablePage(headerIn(seen, 'accept-language')) : undefined;
  const headers = page?.headers ?? { 'content-type': 'application/json' };
  const body = page?.html ?? JSON.stringify(errorBody('invalid_request', description));
  const lines = Object.entries({ ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' });
  socket.end(
    `HTTP/1.1 400 Bad Request\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
  );
}

/** As far as the piece that was seen last tells: an address that is far too long may be all of it. */
function isOfPerson(seen: string): boolean {
  const accept = headerIn(seen, 'accept');
  return accept === undefined ? /^GET \/(?:challenge|magic-link)\?/.test(seen) : takesHtml(accept);
}

function headerIn(seen: string, name: string): string | undefined {
  return new RegExp(`\r\n${name}: *([^\r\n]*)\r\n`, 'i').exec(seen)?.[1];
}
