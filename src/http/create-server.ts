import type { Socket } from 'node:net';
import { LogController, fastify } from 'fastify';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { bodyBytes } from '../contract/apis.ts';
import { errorBody } from '../contract/errors.ts';
import { straightenPath } from '../contract/straighten-path.ts';
import type { Ids } from '../runtime/runtime.ts';
import { trustProxies } from './trust-proxies.ts';
import { takesHtml } from './pages.ts';
import { UpgradableMessage } from './upgradable-message.ts';
import type { DrawnPage } from './pages.ts';

// Caps on what a caller can make the server hold (A74, F39). Each route sets its own limit on the body.
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
  /** The page for a person whose request cannot be read; see `Pages`. */
  unreadablePage(languages: string | undefined): DrawnPage;
}): FastifyInstance {
  const server = fastify({
    loggerInstance: options.logger,
    // The pipeline logs one line per request, without the path, because ids in it can be personal data.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => options.ids.uuid(),
    requestIdHeader: false,
    trustProxy: options.trustedProxies.length === 0 ? false : trustProxies(options.trustedProxies),
    bodyLimit: bodyBytes.usual,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    http: {
      headersTimeout: headersTimeoutMs,
      connectionsCheckingInterval: 2_000,
      IncomingMessage: UpgradableMessage,
    },
    // HEAD is GET without the response body (RFC 9110 §9.3.2).
    exposeHeadRoutes: true,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: {
      ignoreTrailingSlash: true,
      maxParamLength: pathParameterCharactersMax,
      // A query parameter given twice becomes an array, which the contract's schemas refuse.
      caseSensitive: true,
    },
    rewriteUrl: (request) => straightenPath(request.url ?? '/'),
    clientErrorHandler: (error, socket) => answerUnreadable(error, socket, options.unreadablePage),
    // A path that cannot be decoded reaches no route and no hook, so this sends the refusal.
    frameworkErrors(error, request, reply) {
      void reply.headers({ 'x-request-id': request.id, 'cache-control': 'no-store' });
      server.errorHandler(error, request, reply);
    },
  });
  return server;
}

/** Answers bytes that are not HTTP, or that arrive too late, before there is a request object. */
function answerUnreadable(
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

/** Judged by the last bytes that were read: if the URL is far too long, they may hold nothing else. */
function isOfPerson(seen: string): boolean {
  const accept = headerIn(seen, 'accept');
  return accept === undefined ? /^GET \/(?:challenge|magic-link)\?/.test(seen) : takesHtml(accept);
}

function headerIn(seen: string, name: string): string | undefined {
  return new RegExp(`\r\n${name}: *([^\r\n]*)\r\n`, 'i').exec(seen)?.[1];
}
