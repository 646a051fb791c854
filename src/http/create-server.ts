import type { Socket } from 'node:net';
import { LogController, fastify } from 'fastify';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { errorBody } from '../contract/errors.ts';
import type { Ids } from '../runtime/runtime.ts';

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
}): FastifyInstance {
  const server = fastify({
    loggerInstance: options.logger,
    // The pipeline writes one line a request, without the path: ids in it can be personal.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => options.ids.uuid(),
    requestIdHeader: false,
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    bodyLimit: bodyBytesMax,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    http: { headersTimeout: headersTimeoutMs, connectionsCheckingInterval: 2_000 },
    exposeHeadRoutes: false,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: {
      ignoreTrailingSlash: true,
      maxParamLength: pathParameterCharactersMax,
      // A query of one name twice would become an array; the contract's schemas refuse it.
      caseSensitive: true,
    },
    // SDKs join a base URL that ends in a slash with paths that begin with one.
    rewriteUrl: (request) => (request.url ?? '/').replace(/^\/v1\/{2,}client\//, '/v1/client/'),
    clientErrorHandler: refuseUnreadable,
    // A path that cannot be decoded reaches no route and no hook, so the refusal is sent from here.
    frameworkErrors(error, request, reply) {
      void reply.header('x-request-id', request.id);
      server.errorHandler(error, request, reply);
    },
  });
  return server;
}

/** Answers what is not HTTP, or does not arrive in time, before there is a request to speak of. */
function refuseUnreadable(error: Error & { code?: string }, socket: Socket): void {
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
  const body = JSON.stringify(errorBody('invalid_request', description));
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
