/** The built portal: one page for all of its addresses, and the files that it loads. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { serveAssets } from './asset-files.ts';
import { portalSecurityHeaders } from './security-headers.ts';

/** Registers the portal that was built into `folder`. @throws if it was not built */
export function registerPortal(server: FastifyInstance, folder: string): void {
  const page = readPage(join(folder, 'index.html'));
  // Which of its screens an address is, the page decides.
  const show = (_request: FastifyRequest, reply: FastifyReply) =>
    reply.type('text/html; charset=utf-8').headers(portalSecurityHeaders).send(page);
  for (const path of ['/portal', '/portal/*']) server.get(path, { config: { sallyport: { id: 'portalPage' } } }, show);
  serveAssets(server, { path: '/portal/assets/', id: 'portalAssets', folder: join(folder, 'browser') });
}

function readPage(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`The portal is not built: there is no ${path}. Run npm run build.`, { cause: error });
  }
}
