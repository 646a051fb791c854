import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { compress, encodingFor } from './encodings.ts';

// About as long as someone reads the page. A later request is revalidated by its ETag.
const maxAgeSeconds = 3600;

interface Kept {
  readonly tag: string;
  readonly bytes: Buffer;
  readonly compressed: Map<string, Promise<Buffer>>;
}

/** For routes whose response never changes while the process runs: each is compressed once, and browsers may cache it. */
export function keepStatic(server: FastifyInstance): void {
  const kept = new Map<string, Kept>();

  server.addHook('onSend', async (request, reply, payload) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead || reply.statusCode !== 200) return payload;
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return payload;
    // The route's path, not the requested one, which has many spellings.
    const { url: path = '' } = request.routeOptions;
    let answer = kept.get(path);
    if (answer === undefined) {
      const bytes = Buffer.from(payload);
      answer = { tag: `"${createHash('sha256').update(bytes).digest('base64url')}"`, bytes, compressed: new Map() };
      kept.set(path, answer);
    }
    const { tag, bytes, compressed } = answer;
    // Weak, because the same content may be sent in different encodings (RFC 9110 §8.8.1).
    void reply.headers({
      'cache-control': `public, max-age=${maxAgeSeconds}`,
      etag: `W/${tag}`,
      vary: 'Accept-Encoding',
    });
    if (String(request.headers['if-none-match'] ?? '').includes(tag)) {
      void reply.code(304);
      return null;
    }
    const encoding = encodingFor(request);
    if (encoding === 'identity') return payload;
    const body = compressed.get(encoding) ?? compress(encoding, bytes);
    compressed.set(encoding, body);
    void reply.headers({ 'content-encoding': encoding, 'content-length': (await body).length });
    return body;
  });
}
