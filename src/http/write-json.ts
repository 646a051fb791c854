import type { FastifyReply } from 'fastify';

/**
 * Answers JSON with the content type `application/json` and nothing more: one official SDK compares the header for
 * equality. Sent as bytes, because the framework adds a charset to text.
 */
export function writeJson(
  reply: FastifyReply,
  status: number,
  body: unknown,
  write: (body: unknown) => string = JSON.stringify,
): FastifyReply {
  return reply
    .code(status)
    .header('content-type', 'application/json')
    .send(Buffer.from(write(body)));
}
