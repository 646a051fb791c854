import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { jsonLinesType } from '../contract/route.ts';
import { nextTurn } from '../runtime/next-turn.ts';

/**
 * Answers a JSON array item by item, no faster than the client reads, and lets other requests run in between: the array
 * may be larger than a node should hold in memory.
 */
export function writeItems(reply: FastifyReply, items: AsyncIterable<unknown>): FastifyReply {
  return reply
    .code(200)
    .header('content-type', 'application/json')
    .send(Readable.from(arrayText(items)));
}

/** Like {@link writeItems}, as JSON lines: what came before the answer broke off can be read. */
export function writeLines(reply: FastifyReply, items: AsyncIterable<unknown>): FastifyReply {
  return reply
    .code(200)
    .header('content-type', jsonLinesType)
    .send(Readable.from(linesText(items)));
}

async function* linesText(items: AsyncIterable<unknown>): AsyncIterable<Buffer> {
  for await (const item of items) {
    yield Buffer.from(`${JSON.stringify(item)}\n`);
    await nextTurn();
  }
}

async function* arrayText(items: AsyncIterable<unknown>): AsyncIterable<Buffer> {
  let opening = '[';
  for await (const item of items) {
    yield Buffer.from(`${opening}${JSON.stringify(item)}`);
    opening = ',';
    await nextTurn();
  }
  yield Buffer.from(opening === '[' ? '[]' : ']');
}

export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
