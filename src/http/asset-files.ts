/** Built files for browsers, kept in memory as they were compressed by the build. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { Refusal } from '../contract/errors.ts';
import { encodingFor } from './encodings.ts';
import type { Encoding } from './encodings.ts';

interface Asset {
  readonly type: string;
  readonly bodies: Readonly<Record<Encoding, Buffer>>;
}

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};

/** Scripts and styles, by their names. */
export type Assets = ReadonlyMap<string, Asset>;

/** Serves files under `path`, which ends with a slash. `id` is what logs call the route. */
export function serveAssets(
  server: FastifyInstance,
  { path, id, assets }: { readonly path: string; readonly id: string; assets(): Assets | undefined },
): void {
  server.get<{ Params: { file: string } }>(`${path}:file`, { config: { sallyport: { id } } }, (request, reply) => {
    const asset = assets()?.get(request.params.file);
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
  });
}

/** Reads the scripts and styles in a folder. */
export function readAssets(folder: string): Assets {
  const assets = new Map<string, Asset>();
  for (const name of readdirSync(folder)) {
    const type = types[name.split('.').at(-1) ?? ''];
    if (type === undefined) continue;
    const read = (ending: string) => readFileSync(join(folder, `${name}${ending}`));
    assets.set(name, { type, bodies: { br: read('.br'), gzip: read('.gz'), identity: read('') } });
  }
  return assets;
}
