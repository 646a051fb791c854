/**
 * The built pages: drawn by a function that `npm run build` made of `src/ui`, and the files for browsers that go with it.
 * All of it stands in memory: it is some 100 KB.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../contract/errors.ts';
import type { ChallengePage, ShownPage } from '../contract/pages/challenge.ts';
import type { Random } from '../runtime/runtime.ts';
import { appPageSecurityHeaders } from './security-headers.ts';

export interface Pages {
  send(request: FastifyRequest, reply: FastifyReply, page: unknown): Promise<FastifyReply>;
  /** Registers the files for browsers. */
  register(server: FastifyInstance): void;
}

interface Files {
  readonly entry: string;
  readonly always: readonly string[];
  readonly chunks: Readonly<Record<string, readonly string[]>>;
}

type RenderPage = (
  page: ChallengePage,
  how: { readonly mode: 'page' | 'popup'; readonly nonce: string; readonly files: Files },
) => { readonly html: string; readonly images: readonly string[]; readonly fonts: readonly string[] };

type Encoding = 'br' | 'gzip' | 'identity';

interface Asset {
  readonly type: string;
  readonly bodies: Readonly<Record<Encoding, Buffer>>;
}

const types: Readonly<Record<string, string>> = { js: 'text/javascript; charset=utf-8' };
const nonceBytes = 16;

/** Opens what stands in `folder`. @throws if it was not built */
export async function openPages(folder: string, random: Random): Promise<Pages> {
  const files = readFiles(folder);
  const { renderPage } = (await import(pathToFileURL(join(folder, 'render.js')).href)) as { renderPage: RenderPage };
  const assets = readAssets(join(folder, 'browser'));
  return {
    async send(request, reply, given) {
      const { page, mode } = given as ShownPage;
      const nonce = random.bytes(nonceBytes).toString('base64');
      const { html, images, fonts } = renderPage(page, { mode, nonce, files });
      const { expectedOrigins, expectsLocalhost } = page.kind === 'session' ? page.session : page;
      const frameAncestors = [...expectedOrigins, ...(expectsLocalhost ? ['http://localhost:*'] : [])];
      const encoding = encodingFor(request);
      return reply
        .headers(appPageSecurityHeaders({ nonce, images, fonts, frameAncestors }))
        .type('text/html; charset=utf-8')
        .header('vary', 'Accept-Encoding, Accept-Language')
        .headers(encoding === 'identity' ? {} : { 'content-encoding': encoding })
        .send(await compress(encoding, html));
    },
    register(server) {
      server.get<{ Params: { file: string } }>(
        '/assets/:file',
        { config: { sallyport: { id: 'pageAssets', caller: 'public' } } },
        (request, reply) => {
          const asset = assets.get(request.params.file);
          if (asset === undefined) throw new Refusal('not_found', 'There is no such file.');
          const encoding = encodingFor(request);
          return reply
            .type(asset.type)
            .headers(encoding === 'identity' ? {} : { 'content-encoding': encoding })
            .headers({
              // The name changes with the content.
              'cache-control': 'public, max-age=31536000, immutable',
              vary: 'Accept-Encoding',
              'x-content-type-options': 'nosniff',
              'cross-origin-resource-policy': 'same-origin',
            })
            .send(asset.bodies[encoding]);
        },
      );
    },
  };
}

function readFiles(folder: string): Files {
  try {
    return JSON.parse(readFileSync(join(folder, 'files.json'), 'utf8')) as Files;
  } catch (error) {
    throw new Error(`The pages are not built: there is no ${join(folder, 'files.json')}. Run npm run build.`, {
      cause: error,
    });
  }
}

function readAssets(folder: string): ReadonlyMap<string, Asset> {
  const assets = new Map<string, Asset>();
  for (const name of readdirSync(folder)) {
    const type = types[name.split('.').at(-1) ?? ''];
    if (type === undefined) continue;
    const read = (ending: string) => readFileSync(join(folder, `${name}${ending}`));
    assets.set(name, { type, bodies: { br: read('.br'), gzip: read('.gz'), identity: read('') } });
  }
  return assets;
}

/** The best encoding that the browser takes (RFC 9110 §12.5.3). */
function encodingFor(request: FastifyRequest): Encoding {
  const offered = String(request.headers['accept-encoding'] ?? '').split(',');
  const takes = (name: string) =>
    offered.some((part) => part.trim().split(';')[0] === name && !/;\s*q=0(?:\.0*)?$/.test(part.trim()));
  return takes('br') ? 'br' : takes('gzip') ? 'gzip' : 'identity';
}

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

// Safe to compress: nothing that a stranger can choose stands in a page beside the secrets of it (BREACH).
async function compress(encoding: Encoding, html: string): Promise<Buffer> {
  const bytes = Buffer.from(html);
  // Level 5 of 11: a millisecond, and nearly as small.
  if (encoding === 'br') return brotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
  return encoding === 'gzip' ? zip(bytes) : bytes;
}
