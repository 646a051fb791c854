/** Writes an answer by the kind of reply that its route declares. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ListPage } from '../contract/list-page.ts';
import type { JsonReply, PageReply, Reply } from '../contract/route.ts';
import type { Converse } from '../contract/conversation.ts';
import { writeExactJson } from './exact-json.ts';
import type { LiveSockets } from './live-sockets.ts';
import type { Pages } from './pages.ts';
import { mailSecurityHeaders, pageSecurityHeaders } from './security-headers.ts';
import { isAsyncIterable, writeItems, writeLines } from './write-items.ts';
import { writeJson } from './write-json.ts';

export interface ReplyParts {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly pages: Pages;
  readonly sockets: LiveSockets;
  /** Called with the answer before it is written; for one that comes in parts, with each item or message. */
  inspect(answer: unknown): void;
}

// Ruling 49. Gateways ask again when they meet an unknown key.
const cacheSeconds = 300;

/** Writes what an operation returned. */
export function writeReply(how: Reply, answer: unknown, parts: ReplyParts): FastifyReply | Promise<FastifyReply> {
  switch (how.kind) {
    case 'json':
      return writeAnswer(how, answer, parts);
    case 'page':
      return writePage(how, answer, parts);
    case 'live':
      return parts.sockets.open(how, answer as Converse<unknown, unknown>, parts);
    case 'noContent':
      parts.inspect(answer);
      return parts.reply.code(204).send();
  }
}

function writeAnswer(how: JsonReply, answer: unknown, { request, reply, inspect }: ReplyParts): FastifyReply {
  const body = answer instanceof ListPage ? answer.items : answer;
  if (answer instanceof ListPage && answer.nextCursor !== undefined) linkNext(request, reply, answer.nextCursor);
  if (isAsyncIterable(body)) {
    const write = how.isLines === true ? writeLines : writeItems;
    return write(reply, inspected(body, inspect));
  }
  inspect(body);
  if (how.isCacheable === true) void reply.header('cache-control', `public, max-age=${cacheSeconds}`);
  return writeJson(reply, 200, body, how.isExact === true ? writeExactJson : undefined);
}

/** Relative, with the query alone: this server does not know the path that clients use in front of a proxy. */
function linkNext(request: FastifyRequest, reply: FastifyReply, cursor: string): void {
  const query = new URLSearchParams(request.url.split('?')[1] ?? '');
  query.set('cursor', cursor);
  void reply.header('link', `<?${query.toString()}>; rel="next"`);
}

async function* inspected(items: AsyncIterable<unknown>, inspect: (answer: unknown) => void): AsyncIterable<unknown> {
  for await (const item of items) {
    inspect([item]);
    yield item;
  }
}

function writePage(how: PageReply, answer: unknown, parts: ReplyParts): FastifyReply | Promise<FastifyReply> {
  const { request, reply, pages, inspect } = parts;
  inspect(answer);
  if (how.as === 'app') return pages.send(request, reply, answer);
  const html = String(answer);
  const headers = how.as === 'html' ? pageSecurityHeaders(html) : mailSecurityHeaders;
  return reply.headers(headers).type('text/html; charset=utf-8').send(html);
}
