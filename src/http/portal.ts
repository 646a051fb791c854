/** The built portal: one page for all of its addresses, and the files that it loads. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { serveAssets } from './asset-files.ts';
import { portalSecurityHeaders, previewFrameHeaders } from './security-headers.ts';

// Shows the page that the portal sends it, whose own scripts do not run. Whoever else frames it is refused by its policy.
const frameScript = `addEventListener('message', ({ source, data }) => {
  if (source !== parent) return;
  const { documentElement: drawn } = new DOMParser().parseFromString(data.html, 'text/html');
  for (const unwanted of drawn.querySelectorAll('script, noscript, link, .Late')) unwanted.remove();
  const { documentElement: root } = document;
  root.lang = drawn.lang;
  root.className = drawn.className + ' started ' + data.mode;
  root.style.colorScheme = data.mode;
  root.innerHTML = drawn.innerHTML;
});
parent.postMessage('ready', '*');`;
const frame = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Preview</title></head><body><script>${frameScript}</script></body></html>`;
const frameHash = createHash('sha256').update(frameScript).digest('base64');

/** Registers the portal that was built into `folder`. @throws if it was not built */
export function registerPortal(server: FastifyInstance, folder: string): void {
  const page = readPage(join(folder, 'index.html'));
  // Which of its screens an address is, the page decides.
  const show = (_request: FastifyRequest, reply: FastifyReply) =>
    reply.type('text/html; charset=utf-8').headers(portalSecurityHeaders).send(page);
  for (const path of ['/portal', '/portal/*']) server.get(path, { config: { sallyport: { id: 'portalPage' } } }, show);
  server.get('/portal/preview-frame', { config: { sallyport: { id: 'previewFrame' } } }, (_request, reply) =>
    reply.type('text/html; charset=utf-8').headers(previewFrameHeaders(frameHash)).send(frame),
  );
  serveAssets(server, { path: '/portal/assets/', id: 'portalAssets', folder: join(folder, 'browser') });
}

function readPage(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`The portal is not built: there is no ${path}. Run npm run build.`, { cause: error });
  }
}
