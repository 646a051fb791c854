import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../contract/errors.ts';
import type { ClientDirectory } from './identify-client.ts';

const allowedHeaders = [
  'Authorization',
  'Content-Type',
  'X-Authsignal-SDK',
  'X-Authsignal-Version',
  'X-Authsignal-Tenant-ID',
  'X-Authsignal-Native-SDK',
  'X-Authsignal-Native-Version',
  'X-Authsignal-Signature',
].join(', ');

/**
 * Answers a preflight request (Fetch §4.8), for any origin that some tenant expects (ruling 6).
 * @throws {Refusal} `forbidden`
 */
export function answerPreflight<Caller>(
  directory: ClientDirectory<Caller>,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  if (!allowOrigin(directory, request, reply, undefined) && request.headers.origin !== undefined) {
    throw new Refusal('forbidden', 'Pages of this origin may not call this API: no tenant has it in expectedOrigins.');
  }
  void reply
    .header('access-control-allow-methods', 'GET, POST, PATCH, DELETE')
    .header('access-control-allow-headers', allowedHeaders)
    .header('access-control-max-age', '600')
    .code(204)
    .send();
}

/**
 * Lets pages of the request's origin read the response, refusals too, if the caller's tenant expects that origin. Before
 * the caller is known, an origin that any tenant expects is enough. Never `*`: responses can depend on cookies. Returns
 * whether pages may read it.
 */
export function allowOrigin<Caller>(
  directory: ClientDirectory<Caller>,
  request: FastifyRequest,
  reply: FastifyReply,
  caller: Caller | undefined,
): boolean {
  const { origin } = request.headers;
  void reply.header('vary', 'Origin');
  if (origin === undefined) return false;
  if (!directory.isExpectedOrigin(origin, caller)) {
    directory.tellUnexpectedOrigin(origin, caller);
    return false;
  }
  void reply
    .header('access-control-allow-origin', origin)
    .header('access-control-allow-credentials', 'true')
    .header('access-control-expose-headers', 'Retry-After, X-Request-Id');
  return true;
}

/**
 * For a connection that no later check of the browser's stands before: a WebSocket is not under CORS. Programs other than
 * browsers name no origin.
 * @throws {Refusal} `forbidden`
 */
export function requireExpectedOrigin<Caller>(
  directory: ClientDirectory<Caller>,
  { headers: { origin } }: FastifyRequest,
  caller: Caller,
): void {
  if (origin === undefined || directory.isExpectedOrigin(origin, caller)) return;
  directory.tellUnexpectedOrigin(origin, caller);
  throw new Refusal(
    'forbidden',
    'Pages of this origin may not connect: it is not among the expectedOrigins of the tenant.',
  );
}
