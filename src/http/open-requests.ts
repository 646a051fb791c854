import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** The requests that came in and whose responses are not out yet. */
export interface OpenRequests {
  ids(): readonly string[];
  /** Answers all of them as the error of an operation would be answered, and asks their connections to be closed. */
  fail(error: unknown): void;
}

/** Follows requests from here on: called before any other hook is added, it also sees those that a hook never lets pass. */
export function followRequests(server: FastifyInstance): OpenRequests {
  const open = new Map<FastifyRequest, FastifyReply>();
  server.addHook('onRequest', (request, reply, done) => {
    open.set(request, reply);
    // Not `onResponse`, which a caller who hangs up prevents.
    reply.raw.once('close', () => open.delete(request));
    done();
  });
  return {
    ids: () => [...open.keys()].map(({ id }) => id),
    fail(error) {
      for (const [request, reply] of open) {
        if (!reply.sent) server.errorHandler(error, request, reply.header('connection', 'close'));
      }
    },
  };
}
