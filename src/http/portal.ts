/** The built portal: one page for all of its addresses, and the files that it loads. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readAssets, serveAssets } from './asset-files.ts';
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

const waitSeconds = 2;
const waitingPage = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta http-equiv="refresh" content="${waitSeconds}">
    <title>Sallyport</title>
  </head>
  <body>
    <h1>The portal is being built</h1>
    <p>That takes some seconds after the first start. This page goes on by itself.</p>
  </body>
</html>
`;

/**
 * Registers the portal that was built into `folder`. In development it may still be under construction: until it is
 * there, a page says so.
 * @throws if it was not built, unless in development
 */
export function registerPortal(
  server: FastifyInstance,
  { folder, isDevelopment }: { readonly folder: string; readonly isDevelopment: boolean },
): void {
  // Written when all else is.
  const stamp = join(folder, 'files.json');
  const read = () =>
    existsSync(stamp)
      ? { page: readFileSync(join(folder, 'index.html'), 'utf8'), assets: readAssets(join(folder, 'browser')) }
      : undefined;
  let built = read();
  if (built === undefined && !isDevelopment) {
    throw new Error(`The portal is not built: there is no ${stamp}. Run npm run build.`);
  }
  // Which of its screens an address is, the page decides.
  const show = (_request: FastifyRequest, reply: FastifyReply) => {
    void reply.type('text/html; charset=utf-8').headers(portalSecurityHeaders);
    built ??= read();
    if (built === undefined) return reply.code(503).header('retry-after', String(waitSeconds)).send(waitingPage);
    return reply.send(built.page);
  };
  for (const path of ['/portal', '/portal/*']) server.get(path, { config: { sallyport: { id: 'portalPage' } } }, show);
  server.get('/portal/preview-frame', { config: { sallyport: { id: 'previewFrame' } } }, (_request, reply) =>
    reply.type('text/html; charset=utf-8').headers(previewFrameHeaders(frameHash)).send(frame),
  );
  serveAssets(server, { path: '/portal/assets/', id: 'portalAssets', assets: () => built?.assets });
}
