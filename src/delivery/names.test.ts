import { mkdtempSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { startNameServer } from '../../test/rig/name-server.ts';
import type { NameAnswer } from '../../test/rig/name-server.ts';
import { slowHash } from '../runtime/crypto.ts';
import { lookupsMax, openNames } from './names.ts';
import { systemRuntime } from '../runtime/system-runtime.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Looks names up with the test's own name server and files. */
async function names(
  known: Readonly<Record<string, NameAnswer>>,
  { hosts = '', resolv = '', answerTo = (name: string) => known[name], afterMs = (_name: string): number => 0 } = {},
) {
  const server = await startNameServer(answerTo, afterMs);
  stops.push(() => server.stop());
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-names-'));
  const [hostsFile, resolvConf] = [join(folder, 'hosts'), join(folder, 'resolv.conf')];
  writeFileSync(hostsFile, hosts);
  writeFileSync(resolvConf, resolv);
  let nowMs = 0;
  const opened = openNames({
    clock: { now: () => nowMs, steady: () => nowMs, anchorTo: () => 0 },
    timers: systemRuntime().timers,
    servers: [server.address],
    hostsFile,
    resolvConf,
  });
  const resolve = async (host: string, { asker = 'a tenant', ms = 10_000 } = {}) => {
    const found = await opened.resolve(host, asker, AbortSignal.timeout(ms)).catch((error: unknown) => error);
    if (!(found instanceof Error)) return (found as readonly { address: string }[]).map(({ address }) => address);
    return 'code' in found && typeof found.code === 'string' ? found.code : found.name;
  };
  const { asked } = server;
  return { resolve, asked, hostsFile, later: (ms: number) => (nowMs += ms) };
}

describe('ruling 52: a name', () => {
  test('that is an address, in the hosts file or this machine needs no query', async () => {
    const hosts =
      '# x\n192.0.2.7 shop.example www.shop.example # y\n2001:db8::7\tshop.example\nfe80::1%lo0 bad.example\n';
    const { resolve, asked, hostsFile, later } = await names({}, { hosts });
    expect(await resolve('192.0.2.1')).toEqual(['192.0.2.1']);
    expect(await resolve('2001:db8::1')).toEqual(['2001:db8::1']);
    expect(await resolve('Shop.Example')).toEqual(['192.0.2.7', '2001:db8::7']);
    expect(await resolve('www.shop.example.')).toEqual(['192.0.2.7']);
    for (const name of ['localhost', 'a.localhost', 'localhost.']) {
      expect(await resolve(name)).toEqual(['127.0.0.1', '::1']);
    }
    for (const name of ['', '.', 'a..b', '-a.example', 'a b.example', 'x'.repeat(64), '127.1', '0x7f.1', '1.2.3.4.5']) {
      expect(await resolve(name), name).toBe('EBADNAME');
    }
    writeFileSync(hostsFile, '192.0.2.8 shop.example');
    utimesSync(hostsFile, 1, 1);
    later(5_000);
    expect(await resolve('shop.example')).toEqual(['192.0.2.8']);
    expect(asked).toEqual([]);
  });

  test('resolves to addresses of both families, IPv4 first, even if they do not fit into one packet', async () => {
    const many = Array.from({ length: 60 }, (_, at) => `198.51.100.${at}`);
    const { resolve } = await names({
      'both.example': ['2001:db8::1', '192.0.2.1'],
      'six.example': ['2001:db8::6'],
      'many.example': many,
      'xn--bcher-kva.example': ['192.0.2.2'],
    });
    expect(await resolve('both.example')).toEqual(['192.0.2.1', '2001:db8::1']);
    expect(await resolve('six.example')).toEqual(['2001:db8::6']);
    expect(await resolve('bücher.example')).toEqual(['192.0.2.2']);
    expect(await resolve('many.example')).toHaveLength(16);
  });

  test('is tried with the search domains, depending on its dots', async () => {
    const resolv =
      'nameserver 192.0.2.53\ndomain old.example\nsearch a.example b.example.\noptions timeout:1 ndots:2\n';
    const { resolve, asked } = await names({ 'hook.b.example': ['10.0.0.1'], 'x.y.z': ['10.0.0.2'] }, { resolv });
    expect(await resolve('hook')).toEqual(['10.0.0.1']);
    expect(await resolve('x.y.z')).toEqual(['10.0.0.2']);
    expect(await resolve('hook.')).toBe('ENOTFOUND');
    expect(asked.filter((question) => question.startsWith('A '))).toEqual([
      'A hook.a.example',
      'A hook.b.example',
      'A x.y.z',
      'A hook',
    ]);
  });

  test('that does not exist is queried again after five seconds, and so is one whose server fails', async () => {
    const { resolve, asked, later } = await names({ 'broken.example': 'SERVFAIL', 'empty.example': [] });
    for (const [name, code] of [
      ['gone.example', 'ENOTFOUND'],
      ['empty.example', 'ENODATA'],
      ['broken.example', 'ESERVFAIL'],
    ] as const) {
      expect(await resolve(name)).toBe(code);
      const questions = asked.length;
      later(4_999);
      expect(await resolve(name, { asker: 'another' })).toBe(code);
      expect(asked).toHaveLength(questions);
      later(1);
      await resolve(name);
      expect(asked.length).toBeGreaterThan(questions);
    }
  });

  test('whose server does not answer for one family resolves to addresses of the other', async () => {
    const answerTo = (_name: string, type?: string): NameAnswer => (type === 'AAAA' ? 'silent' : ['192.0.2.1']);
    const { resolve } = await names({}, { answerTo });
    const startedMs = performance.now();
    expect(await resolve('half.example')).toEqual(['192.0.2.1']);
    expect(performance.now() - startedMs).toBeLessThan(1_900);
  });

  test('whose server does not answer is queried twice, and dropped when its caller gives up', async () => {
    const { resolve, asked } = await names({ 'silent.example': 'silent' });
    const startedMs = performance.now();
    expect(await resolve('silent.example', { ms: 3_800 })).toBe('TimeoutError');
    // Two attempts of two seconds would end on their own.
    expect(performance.now() - startedMs).toBeLessThan(6_000);
    expect(asked.filter((question) => question === 'A silent.example')).toHaveLength(2);
  });

  test('that no server answers for delays only its own tenant, and no hash', async () => {
    const silent = Array.from({ length: 20 }, (_, at) => `silent${at}.example`);
    const known = Object.fromEntries(silent.map((name): [string, NameAnswer] => [name, 'silent']));
    const { resolve, asked } = await names({ ...known, 'hook.example': ['192.0.2.1'] });
    const startedMs = performance.now();
    const hooks = silent.map((name) => resolve(name, { asker: 'one', ms: 1_200 }));
    const [found] = await Promise.all([
      resolve('hook.example', { asker: 'two' }),
      slowHash('secret', Buffer.from('salt'), 'one'),
    ]);
    expect(found).toEqual(['192.0.2.1']);
    // Long before the first of the twenty ends.
    expect(performance.now() - startedMs).toBeLessThan(1_000);
    expect(new Set(asked.filter((question) => question.includes('silent'))).size).toBe(2 * lookupsMax);
    expect(new Set(await Promise.all(hooks))).toEqual(new Set(['TimeoutError']));
    // Its places are free again.
    expect(await resolve('hook.example', { asker: 'one' })).toEqual(['192.0.2.1']);
  });

  test('waits for a place of its tenant, and proceeds while others wait without an answer', async () => {
    const { resolve } = await names({}, { answerTo: () => ['192.0.2.1'], afterMs: () => 100 });
    const given = await Promise.all(Array.from({ length: 20 }, (_, at) => resolve(`n${at}.example`)));
    expect(given).toEqual(Array(20).fill(['192.0.2.1']));
  });
});
