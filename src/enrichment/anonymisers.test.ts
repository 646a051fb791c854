import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { addressOf, problemLog, scratchFolder, testClockAndTimers } from '../testkit/enrichment.ts';
import { openAnonymisers } from './anonymisers.ts';

async function open(paths: readonly string[]) {
  const clock = testClockAndTimers();
  const log = problemLog();
  const anonymisers = await openAnonymisers(paths, clock.runtime, log.onProblem);
  const ask = (text: string) => anonymisers.isAnonymous(addressOf(text));
  return { anonymisers, ask, problems: log.problems, ring: clock.ring };
}

describe('an anonymous exit', () => {
  it('is one if any list names it', async () => {
    const { put } = await scratchFolder();
    const first = await put('tor.txt', '\uFEFF# exits\r\n185.220.101.1\r\n\r\n2a0b:f4c0::/32 # relay\r\n');
    const second = await put('vpn.txt', '146.70.0.0/16\n146.70.3.0/24 ; inside\n10.8.0.77/16\n::ffff:9.9.9.9');
    const { ask, problems } = await open([first, second]);
    expect(problems).toEqual([]);
    for (const text of ['185.220.101.1', '2a0b:f4c0:1::1', '146.70.255.255', '146.70.3.4', '10.8.200.1', '9.9.9.9']) {
      expect([text, ask(text)]).toEqual([text, true]);
    }
    for (const text of ['185.220.101.2', '2a0b:f4c1::', '146.71.0.0', '146.69.255.255', '10.9.0.0', '8.8.8.8', '::1']) {
      expect([text, ask(text)]).toEqual([text, false]);
    }
  });

  it('cannot be told without a list or an address', async () => {
    const { put } = await scratchFolder();
    expect((await open([])).ask('8.8.8.8')).toBeNull();
    expect((await open([await put('list', '1.2.3.4')])).anonymisers.isAnonymous(null)).toBeNull();
  });

  it.each([
    ['a line that is no address', '1.2.3.4\nhello\n'],
    ['a web page', '<html>404</html>'],
    ['no address at all', '# nothing today\n'],
    ['nothing', ''],
    ['a network cut off into a quarter of the internet', '5.6.7.8\n64.0.0.0/2'],
    ['the whole of IPv6', '::/0'],
    ['a prefix too long', '1.2.3.4/33'],
    ['a negative prefix', '1.2.3.4/-8'],
    ['octal', '010.1.1.1'],
    ['one endless line', '1'.repeat(200_000)],
  ])('F30: is unknown when the list holds %s', async (_name, content) => {
    const { put } = await scratchFolder();
    const good = await put('good', '1.2.3.4');
    const { ask, problems, anonymisers } = await open([await put('bad', content), good]);
    expect(ask('8.8.8.8')).toBe('unknown');
    // What a whole list says is certain all the same.
    expect(ask('1.2.3.4')).toBe(true);
    expect(problems).toHaveLength(1);
    expect(anonymisers.sources().map(({ state }) => state)).toEqual(['broken', 'ok']);
  });

  it('F30: is unknown when the list is not there', async () => {
    expect((await open(['/nowhere/list'])).ask('8.8.8.8')).toBe('unknown');
  });

  it('F30: follows the list as it changes, and keeps the last good one when the new one is broken', async () => {
    const { put } = await scratchFolder();
    const path = await put('list', '1.2.3.4\n');
    const { ask, ring, problems } = await open([path]);
    await put('list', '5.6.7.8\n');
    await ring();
    expect([ask('1.2.3.4'), ask('5.6.7.8')]).toEqual([false, true]);
    await put('list', '9.9.9.9\n<<<<<<< HEAD\n');
    await ring();
    expect([ask('5.6.7.8'), ask('9.9.9.9')]).toEqual([true, false]);
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining('line 2')]);
  });

  it('is found as a search through the whole list would find it', async () => {
    const { put } = await scratchFolder();
    const octet = fc.integer({ min: 0, max: 3 });
    const ipv4 = fc.tuple(octet, octet, octet, octet).map((parts) => parts.join('.'));
    const ipv6 = fc.tuple(octet, octet, octet).map(([a, b, c]) => `2a0${a}:${b}::${c}`);
    const network = fc.oneof(
      fc.tuple(ipv4, fc.integer({ min: 8, max: 32 })).map((parts) => parts.join('/')),
      fc.tuple(ipv6, fc.integer({ min: 16, max: 128 })).map((parts) => parts.join('/')),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(network, { minLength: 1, maxLength: 8 }),
        fc.array(fc.oneof(ipv4, ipv6), { minLength: 5, maxLength: 10 }),
        async (networks, addresses) => {
          const { ask, problems } = await open([await put('list', networks.join('\n'))]);
          expect(problems).toEqual([]);
          for (const text of addresses) {
            const address = ipaddr.parse(text);
            const isListed = networks.some((entry) => {
              const [base, bits] = ipaddr.parseCIDR(entry);
              return base.kind() === address.kind() && address.match(base, bits);
            });
            expect([text, ask(text)]).toEqual([text, isListed]);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('is found among a million entries', async () => {
    const { put } = await scratchFolder();
    const lines = Array.from(
      { length: 1_000_000 },
      (_, index) => `${20 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}.7`,
    );
    const { ask } = await open([await put('long', lines.join('\n'))]);
    expect([ask('20.0.0.7'), ask('20.0.0.8'), ask('35.66.63.7'), ask('35.66.64.7')]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});
