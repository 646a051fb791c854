import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fastify } from 'fastify';
import { afterEach, expect, test } from 'vitest';
import { registerPortal } from './portal.ts';

let folder: string;
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a portal that is still being built says so, goes on by itself, and is there when its build has ended', async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-portal-'));
  const server = fastify();
  registerPortal(server, { folder, isDevelopment: true });
  const waiting = await server.inject('/portal/t/x/activity');
  expect([waiting.statusCode, waiting.headers['retry-after']]).toEqual([503, '2']);
  expect(waiting.body).toContain('The portal is being built');
  expect(waiting.body).toContain('<meta http-equiv="refresh" content="2">');
  expect(waiting.headers['content-security-policy']).toContain("default-src 'none'");
  // Half of a build is none.
  mkdirSync(join(folder, 'browser'));
  writeFileSync(join(folder, 'index.html'), '<p>The portal</p>');
  expect((await server.inject('/portal')).statusCode).toBe(503);
  for (const ending of ['', '.br', '.gz']) writeFileSync(join(folder, 'browser', `portal.js${ending}`), 'it');
  writeFileSync(join(folder, 'files.json'), '{}');
  const there = await server.inject('/portal');
  expect([there.statusCode, there.body]).toEqual([200, '<p>The portal</p>']);
  expect((await server.inject('/portal/assets/portal.js')).body).toBe('it');
});

test('a server in production does not start without its portal', () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-portal-'));
  const register = () => registerPortal(fastify(), { folder, isDevelopment: false });
  expect(register).toThrow(/^The portal is not built: there is no .*files\.json\. Run npm run build\.$/);
});
