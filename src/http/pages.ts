/**
 * The built pages: `npm run build` makes a function of `src/ui` that renders them, and files for browsers. All of it is
 * kept in memory: about 100 KB.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errorCatalogue } from '../contract/errors.ts';
import type { ErrorCode, Refusal } from '../contract/errors.ts';
import type { ChallengePage, ShownPage } from '../contract/pages/challenge.ts';
import type { FailurePage, LinkPage, StillPage } from '../contract/pages/still-page.ts';
import type { Random } from '../runtime/runtime.ts';
import { readAssets, serveAssets } from './asset-files.ts';
import { compress, encodingFor } from './encodings.ts';
import { appPageSecurityHeaders } from './security-headers.ts';

export interface Pages {
  send(request: FastifyRequest, reply: FastifyReply, page: unknown): Promise<FastifyReply>;
  /** Shows a person what an API caller gets as a {@link Refusal}. Needs no database. */
  sendRefusal(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply;
  /** The same for a request that could not be read; `languages` is its Accept-Language, if it was read. */
  unreadable(languages: string | undefined): DrawnPage;
  /** Registers the files for browsers. */
  register(server: FastifyInstance): void;
}

export interface DrawnPage {
  readonly headers: Readonly<Record<string, string>>;
  readonly html: string;
}

export interface PagesParts {
  readonly random: Random;
  /** The first of the requested languages that is available, and every sentence in it. */
  textsIn(wished: readonly (string | undefined)[]): Pick<FailurePage, 'locale' | 'texts'>;
}

interface Files {
  readonly entry: string;
  readonly always: readonly string[];
  readonly chunks: Readonly<Record<string, readonly string[]>>;
  /** For pages that call no API. */
  readonly still: string;
}

interface RenderedPage {
  readonly html: string;
  readonly images: readonly string[];
  readonly fonts: readonly string[];
}

interface Renderer {
  renderPage(
    page: ChallengePage,
    how: { readonly mode: 'page' | 'popup'; readonly nonce: string; readonly files: Files },
  ): RenderedPage;
  renderStillPage(
    page: StillPage,
    how: { readonly mode: 'page' | 'popup'; readonly nonce: string; readonly files: Files },
  ): RenderedPage & { readonly hasScript: boolean };
}

const htmlType = 'text/html; charset=utf-8';
const nonceBytes = 16;

/** Loads the built pages from `folder`. @throws if they were not built */
export async function openPages(folder: string, { random, textsIn }: PagesParts): Promise<Pages> {
  const files = readFiles(folder);
  const { renderPage, renderStillPage } = (await import(pathToFileURL(join(folder, 'render.js')).href)) as Renderer;
  const newNonce = () => random.bytes(nonceBytes).toString('base64');

  /** A page that calls no API. Without a tenant it reveals nothing, so any site may frame it (ruling 50). */
  function drawStill(page: StillPage, mode: 'page' | 'popup'): DrawnPage {
    const nonce = newNonce();
    const { html, hasScript, ...named } = renderStillPage(page, { mode, nonce, files });
    const isOfLink = page.kind === 'link';
    const policy = {
      nonce,
      ...named,
      frameAncestors: isOfLink ? 'nobody' : 'anybody',
      script: hasScript ? 'silent' : 'none',
      hasForm: isOfLink,
    } as const;
    return { headers: appPageSecurityHeaders(policy), html };
  }

  function draw(given: ShownPage | LinkPage): DrawnPage {
    if ('kind' in given) return drawStill(given, 'page');
    const { page, mode } = given;
    if (page.kind === 'stranger') return drawStill(page, mode);
    const nonce = newNonce();
    const { html, ...named } = renderPage(page, { mode, nonce, files });
    const { frameAncestors } = page;
    const policy = { nonce, ...named, frameAncestors, script: 'calling', hasForm: false } as const;
    return { headers: appPageSecurityHeaders(policy), html };
  }

  function drawFailure(page: FailurePage, mode: 'page' | 'popup'): DrawnPage {
    const { headers, html } = drawStill(page, mode);
    return { headers: { ...headers, 'content-type': htmlType, vary: 'Accept, Accept-Language' }, html };
  }

  return {
    async send(request, reply, given) {
      const { headers, html } = draw(given as ShownPage | LinkPage);
      const encoding = encodingFor(request);
      return (
        reply
          .headers(headers)
          .type(htmlType)
          .header('vary', 'Accept-Encoding, Accept-Language')
          .headers(encoding === 'identity' ? {} : { 'content-encoding': encoding })
          // Safe to compress: a page contains no text that an attacker can choose next to its secrets (BREACH).
          .send(await compress(encoding, Buffer.from(html)))
      );
    },
    sendRefusal(request, reply, { code, retryAfterSeconds }) {
      // No route has parsed this request, so anything invalid in the query is ignored.
      const query = Object(request.query) as Readonly<Record<string, unknown>>;
      const wished = typeof query['locale'] === 'string' ? query['locale'] : undefined;
      const page: FailurePage = {
        kind: 'failure',
        ...textsIn([wished, request.headers['accept-language']]),
        reason: reasonOf(code),
        errorCode: code,
        statusCode: errorCatalogue[code].status,
        canRetry: request.method === 'GET',
        ...(code === 'unexpected_error' ? { reference: request.id } : {}),
      };
      const { headers, html } = drawFailure(page, query['mode'] === 'popup' ? 'popup' : 'page');
      if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(retryAfterSeconds));
      return reply.code(errorCatalogue[code].status).headers(headers).send(html);
    },
    unreadable: (languages) =>
      drawFailure(
        {
          kind: 'failure',
          ...textsIn([languages]),
          reason: 'missing',
          errorCode: 'invalid_request',
          statusCode: errorCatalogue.invalid_request.status,
          canRetry: false,
        },
        'page',
      ),
    register(server) {
      const assets = readAssets(join(folder, 'browser'));
      serveAssets(server, { path: '/assets/', id: 'pageAssets', assets: () => assets });
    },
  };
}

/** Whether an Accept header names HTML. Browsers send that for pages; API callers do not. */
export function takesHtml(accept: string | undefined): boolean {
  return /(?:^|,)\s*text\/html\s*(?:;(?!\s*q=0(?:\.0*)?\s*(?:,|$))[^,]*)?(?:,|$)/i.test(accept ?? '');
}

function reasonOf(code: ErrorCode): FailurePage['reason'] {
  if (code === 'unavailable' || code === 'too_many_requests') return 'busy';
  return code === 'unexpected_error' ? 'unexpected' : 'missing';
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
