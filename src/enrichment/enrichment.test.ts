import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { problemLog, scratchFolder, testClockAndTimers } from '../testkit/enrichment.ts';
import { openEnrichment } from './enrichment.ts';

const naughtyStrings = createRequire(import.meta.url)('big-list-of-naughty-strings/blns.json') as string[];

async function open(options: Parameters<typeof openEnrichment>[0]) {
  const clock = testClockAndTimers();
  const log = problemLog();
  return { enrichment: await openEnrichment(options, clock.runtime, log.onProblem), problems: log.problems, ...clock };
}

describe('enrichment', () => {
  it('joins what is known of an address', async () => {
    const { put } = await scratchFolder();
    const { enrichment, problems } = await open({ anonymiserPaths: [await put('vpn.txt', '175.45.176.0/24')] });
    expect(enrichment.describeAddress('::FFFF:175.45.176.1')).toMatchObject({
      address: '175.45.176.1',
      scope: 'public',
      country: { countryCode: 'KP' },
      place: { precision: 'country' },
      isAnonymous: true,
      isSanctionedCountry: true,
    });
    expect(enrichment.describeAddress('8.8.8.8')).toMatchObject({ isAnonymous: false, isSanctionedCountry: false });
    expect(enrichment.describeAddress('10.0.0.1')).toMatchObject({
      address: '10.0.0.1',
      scope: 'private',
      country: null,
      isAnonymous: false,
      isSanctionedCountry: null,
    });
    expect(problems).toEqual([]);
  });

  it('takes the list of sanctioned countries from the operator, in any case', async () => {
    const { enrichment } = await open({ sanctionedCountries: ['us'] });
    expect(enrichment.describeAddress('8.8.8.8').isSanctionedCountry).toBe(true);
    expect(enrichment.describeAddress('175.45.176.1').isSanctionedCountry).toBe(false);
  });

  it('ruling 37: of what cannot be read everything is unknown, and of what was not sent nothing, whatever the state of the data', async () => {
    const { put } = await scratchFolder();
    const broken = await put('broken', 'broken');
    for (const options of [{}, { countryPath: broken, asnPath: broken, cityPath: broken, anonymiserPaths: [broken] }]) {
      const { enrichment } = await open(options);
      expect(enrichment.describeAddress(null)).toEqual({
        address: null,
        isUnreadable: false,
        scope: null,
        country: null,
        place: null,
        network: null,
        isAnonymous: null,
        isSanctionedCountry: null,
      });
      const garbage = naughtyStrings.filter((text) => !/^[0-9a-fA-F.:]+$/.test(text));
      for (const text of [...garbage, '', '1.2.3.4, 5.6.7.8', 'unknown']) {
        expect(enrichment.describeAddress(text)).toEqual({
          address: null,
          isUnreadable: true,
          scope: null,
          country: 'unknown',
          place: 'unknown',
          network: 'unknown',
          isAnonymous: 'unknown',
          isSanctionedCountry: 'unknown',
        });
      }
    }
  });

  it.each(['"175.45.176.1:51234"', '2002:af2d:b001::1', '64:ff9b::af2d:b001', '[::ffff:175.45.176.1]:443'])(
    'ruling 37: %s has the facts of the address inside',
    async (sent) => {
      const { put } = await scratchFolder();
      const { enrichment } = await open({ anonymiserPaths: [await put('vpn.txt', '175.45.176.0/24')] });
      expect(enrichment.describeAddress(sent)).toEqual(enrichment.describeAddress('175.45.176.1'));
      expect(enrichment.describeAddress(sent)).toMatchObject({
        address: '175.45.176.1',
        country: { countryCode: 'KP' },
        network: { asn: 131279 },
        isAnonymous: true,
        isSanctionedCountry: true,
      });
    },
  );

  it('A45: nothing that a caller can send throws', async () => {
    const { enrichment } = await open({});
    const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.ipV4(), fc.ipV6(), fc.constantFrom(...naughtyStrings));
    fc.assert(
      fc.property(anything, (text) => {
        enrichment.describeAddress(text);
        expect(enrichment.describeUserAgent(text)).not.toBe('unknown');
        enrichment.parsedUserAgent(text);
      }),
      { numRuns: 1000 },
    );
  });

  it('F30: with every file broken still opens, says so, and gives unknown for what was due', async () => {
    const { put } = await scratchFolder();
    const path = await put('list', 'broken');
    const options = { countryPath: path, asnPath: path, cityPath: path, anonymiserPaths: [path] };
    const { enrichment, problems } = await open(options);
    expect(enrichment.describeAddress('8.8.8.8')).toMatchObject({
      country: 'unknown',
      place: 'unknown',
      network: 'unknown',
      isAnonymous: 'unknown',
      isSanctionedCountry: 'unknown',
    });
    expect(problems).toHaveLength(4);
    expect(enrichment.sources().map(({ name, state }) => [name, state])).toEqual([
      ['country', 'broken'],
      ['asn', 'broken'],
      ['city', 'broken'],
      ['anonymisers:list', 'broken'],
    ]);
  });

  it('F30: a log that throws takes nothing with it', async () => {
    const { put } = await scratchFolder();
    const options = { countryPath: await put('broken', 'broken'), asnPath: null };
    const enrichment = await openEnrichment(options, testClockAndTimers().runtime, () => {
      throw new Error('the log is full');
    });
    await enrichment.reload();
    expect(enrichment.describeAddress('8.8.8.8').country).toBe('unknown');
    expect(enrichment.sources()[0]?.problem).toContain('cannot be used');
  });

  it('F30: reload brings new files into use at once', async () => {
    const { put } = await scratchFolder();
    const { enrichment } = await open({ anonymiserPaths: [await put('list', '9.9.9.9')] });
    expect(enrichment.describeAddress('8.8.8.8').isAnonymous).toBe(false);
    await put('list', '8.8.8.8');
    await enrichment.reload();
    expect(enrichment.describeAddress('8.8.8.8').isAnonymous).toBe(true);
  });

  it('leaves no timer behind when it is closed', async () => {
    const { enrichment, timerCount } = await open({});
    expect(timerCount()).toBe(2);
    enrichment.close();
    expect(timerCount()).toBe(0);
  });

  it('gives the parsed user agent of server-api 3.5, and none where there is no user agent', async () => {
    const { enrichment } = await open({});
    expect(enrichment.parsedUserAgent('curl/8.5.0')).toMatchObject({ ua: 'curl/8.5.0' });
    expect(enrichment.parsedUserAgent(null)).toBeNull();
    expect(enrichment.parsedUserAgent('')).toBeNull();
  });
});
