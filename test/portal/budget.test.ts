/** Worry: the portal becomes slow to open, or its page becomes able to run what is not ours. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';

const folder = fileURLToPath(new URL('../../dist/portal', import.meta.url));
const firstLoadBytesMax = 200_000;
const chunkBytesMax = 60_000;
/** The editor of conditions as text is loaded only by who asks for it. */
const textEditorBytesMax = 110_000;

const { first } = JSON.parse(readFileSync(`${folder}/files.json`, 'utf8')) as { first: readonly string[] };
const files = readdirSync(`${folder}/browser`).filter((name) => /\.(?:js|css)$/.test(name));
const brotliBytes = (name: string) => statSync(`${folder}/browser/${name}.br`).size;

test('until Activity is usable, at most 200 kB are loaded, compressed with Brotli', () => {
  expect(first.length).toBeGreaterThan(2);
  expect(first.reduce((sum, name) => sum + brotliBytes(name), 0)).toBeLessThan(firstLoadBytesMax);
});

test('charts and menus come apart, and no later part is large', () => {
  const later = files.filter((name) => !first.includes(name));
  expect(later.some((name) => name.startsWith('chart-'))).toBe(true);
  for (const name of later) {
    const max = name.startsWith('condition-text-') ? textEditorBytesMax : chunkBytesMax;
    expect(brotliBytes(name), name).toBeLessThan(max);
  }
});

test('nothing of the contract’s checks is in it', () => {
  for (const name of files) expect(readFileSync(`${folder}/browser/${name}`, 'utf8'), name).not.toContain('ZodError');
});

describe('served', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp('embedded');
  });
  afterAll(() => app.close());

  test.each(['/portal', '/portal/', '/portal/t/any/activity?state=BLOCK', '/portal/invitation', '/portal/assets'])(
    '%s is the page, which no cache keeps, no frame shows, and no inline code can change',
    async (path) => {
      const reply = await app.call('GET', path, { key: null, headers: { accept: 'text/html' } });
      expect(reply.status).toBe(200);
      expect(reply.headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy':
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
      });
      expect(reply.text).not.toMatch(/<style|style=|<script(?![^>]* src="\/portal\/assets\/)|javascript:/);
    },
  );

  test('files are kept for ever under their names, in the encoding that the browser takes', async () => {
    const [entry] = first;
    for (const encoding of ['br', 'gzip']) {
      const reply = await app.call('GET', `/portal/assets/${entry}`, {
        key: null,
        headers: { 'accept-encoding': encoding },
      });
      expect(reply.status).toBe(200);
      expect(reply.headers).toMatchObject({
        'content-encoding': encoding,
        'cache-control': 'public, max-age=31536000, immutable',
        'content-type': 'text/javascript; charset=utf-8',
      });
    }
    expect((await app.call('GET', '/portal/assets/nothing.js', { key: null })).status).toBe(404);
    expect((await app.call('GET', '/portal/assets/manifest.json', { key: null })).status).toBe(404);
  });
});
