import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../contract/errors.ts';
import { openApiReference } from './api-reference.ts';
import { isLoopback } from './is-loopback.ts';
import { keepStatic } from './keep-static.ts';
import type { Metrics } from './metrics.ts';
import { writeJson } from './write-json.ts';

export interface ServiceRoutesParts {
  readonly metrics: Metrics;
  /** Bearer token of `/metrics`. Without one, `/metrics` answers only loopback, and only in development. */
  readonly metricsToken: string | undefined;
  readonly isDevelopment: boolean;
  /** Words for what this node lacks to serve requests; empty when it is ready. */
  readiness(): Promise<readonly string[]>;
  /** Called at the first request for it. */
  openApiDocument(): object;
  /** Compares two secrets in constant time. */
  secretsEqual(left: string, right: string): boolean;
}

/** Routes for operators and developers: health, metrics, API description. */
export async function registerServiceRoutes(server: FastifyInstance, parts: ServiceRoutesParts): Promise<void> {
  const config = (id: string) => ({ sallyport: { id } });

  server.get('/livez', { config: config('livez') }, (_request, reply) => writeJson(reply, 200, { status: 'alive' }));

  server.get('/readyz', { config: config('readyz') }, async (_request, reply) => {
    const missing = await parts.readiness();
    return writeJson(reply, missing.length === 0 ? 200 : 503, {
      status: missing.length === 0 ? 'ready' : 'not ready',
      missing,
    });
  });

  server.get('/metrics', { config: config('metrics') }, async (request, reply) => {
    if (parts.metricsToken === undefined && !parts.isDevelopment) {
      throw new Refusal('not_found', 'There is nothing at this path. Metrics need SALLYPORT_METRICS_TOKEN.');
    }
    if (!mayReadMetrics(request, parts)) {
      throw new Refusal(
        'unauthorized',
        'Metrics are answered with the bearer token of SALLYPORT_METRICS_TOKEN, or in development on loopback.',
      );
    }
    return reply.type(parts.metrics.contentType).send(await parts.metrics.text());
  });

  await server.register(async (docs) => {
    keepStatic(docs);
    let document: Buffer | undefined;
    docs.get('/openapi.json', { config: config('openapi') }, (_request, reply) => {
      document ??= Buffer.from(JSON.stringify(parts.openApiDocument()));
      return reply.header('content-type', 'application/json').send(document);
    });
    docs.addHook('onRequest', async (_request, reply) => {
      // This policy is what prevents the page from loading anything from elsewhere.
      void reply.header(
        'content-security-policy',
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'",
      );
    });
    const reference = openApiReference();
    docs.get('/docs', { config: config('docs') }, async (request, reply) => {
      // What the page loads is beside it.
      if (!/^[^?]*\/(?:\?|$)/.test(request.url)) return reply.redirect('/docs/', 301);
      return reply.type('text/html; charset=utf-8').send(await reference('/docs/'));
    });
    docs.get('/docs/js/scalar.js', { config: config('docs') }, async (_request, reply) =>
      reply.type('application/javascript; charset=utf-8').send(await reference('/docs/js/scalar.js')),
    );
  });
}

// Any proxy adds at least one of these.
const proxyHeaders = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'];

function mayReadMetrics(request: FastifyRequest, parts: ServiceRoutesParts): boolean {
  if (parts.metricsToken !== undefined) {
    const given = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    return given !== undefined && parts.secretsEqual(given, parts.metricsToken);
  }
  // The socket's own address. Behind a local proxy every client looks like loopback, so forwarded requests are refused.
  const isForwarded = proxyHeaders.some((name) => request.headers[name] !== undefined);
  return !isForwarded && isLoopback(request.socket.remoteAddress ?? '');
}
