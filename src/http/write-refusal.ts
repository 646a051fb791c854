import { crc32 } from 'node:zlib';
import type { FastifyReply } from 'fastify';
import { errorBody, errorCatalogue } from '../contract/errors.ts';
import type { Refusal } from '../contract/errors.ts';
import { writeJson } from './write-json.ts';

// Callers who are refused together do not come back together (F35).
const spreadSeconds = 3;

/** Answers a refusal: its status, its body and, where waiting helps, `Retry-After`. */
export function writeRefusal(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const { code, retryAfterSeconds } = refusal;
  if (retryAfterSeconds !== undefined) {
    const laterSeconds = code === 'unavailable' ? crc32(reply.request.id) % spreadSeconds : 0;
    void reply.header('retry-after', String(retryAfterSeconds + laterSeconds));
  }
  return writeJson(reply, errorCatalogue[refusal.code].status, errorBody(refusal.code, refusal.message));
}
