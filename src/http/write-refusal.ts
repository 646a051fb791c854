import type { FastifyReply } from 'fastify';
import { errorBody, errorCatalogue } from '../contract/errors.ts';
import type { Refusal } from '../contract/errors.ts';
import { writeJson } from './write-json.ts';

/** Answers a refusal: its status, its body and, where waiting helps, `Retry-After`. */
export function writeRefusal(reply: FastifyReply, refusal: Refusal): FastifyReply {
  if (refusal.retryAfterSeconds !== undefined) void reply.header('retry-after', String(refusal.retryAfterSeconds));
  return writeJson(reply, errorCatalogue[refusal.code].status, errorBody(refusal.code, refusal.message));
}
