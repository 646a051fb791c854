/** Worry: a copied cookie passes for a browser's own, or a browser that lost a response passes for a thief. */
import { expect, test } from 'vitest';
import { judgeDeviceCookie, rotated } from './judge-device-cookie.ts';
import type { Remembrance } from './device.ts';

const begun: Remembrance = {
  rememberedUntil: 10,
  cookieHash: Buffer.alloc(32),
  cookieGeneration: 0,
  cookieRotatedAt: [],
};

test('the newest cookie is good, and the one before it for as long as nobody has presented the newest', () => {
  expect(judgeDeviceCookie(begun, 0, 0)).toBe('newest');
  const next = rotated(begun, 1_000);
  expect(judgeDeviceCookie(next, 1, 2_000)).toBe('newest');
  expect(judgeDeviceCookie(next, 0, 1_000_000_000)).toBe('earlier');
  expect(judgeDeviceCookie(rotated(next, 2_000_000), 0, 3_000_000)).toBe('copied');
});

test('ruling 46: one of the last three is good for ten seconds after it was replaced, an older one never', () => {
  let device = begun;
  for (const nowMs of [1_000, 2_000, 3_000, 4_000]) device = rotated(device, nowMs);
  const verdicts = (nowMs: number) => [4, 3, 2, 1, 0].map((generation) => judgeDeviceCookie(device, generation, nowMs));
  expect(verdicts(4_000)).toEqual(['newest', 'earlier', 'earlier', 'earlier', 'copied']);
  expect(verdicts(11_999)).toEqual(['newest', 'earlier', 'earlier', 'earlier', 'copied']);
  expect(verdicts(12_000)).toEqual(['newest', 'earlier', 'earlier', 'copied', 'copied']);
  expect(verdicts(13_000)).toEqual(['newest', 'earlier', 'copied', 'copied', 'copied']);
});

test('a cookie from the future says that the database was restored, not that it was copied', () => {
  expect(judgeDeviceCookie(begun, 1, 0)).toBe('unknown');
});
