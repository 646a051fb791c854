import type { Remembrance } from './device.ts';

// As for refresh tokens (ruling 46): tabs that present the same cookie at the same time each get the newest one.
const repeatMs = 10_000;

/**
 * What a presented cookie says about the browser that has it.
 * - `newest`: it is the one that was given out last. Giving out the next ends it.
 * - `earlier`: it was replaced, but the browser may not know: the response was lost, or another tab got it.
 * - `copied`: it was replaced long before, so two browsers have it.
 * - `unknown`: it is from the future. The database was restored to an earlier state.
 */
export type CookieVerdict = 'newest' | 'earlier' | 'copied' | 'unknown';

/**
 * Judges a genuine cookie by its generation. That before the newest is good until the newest is presented, which makes
 * the next; so it is always exactly one behind.
 */
export function judgeDeviceCookie(
  { cookieGeneration, cookieRotatedAt }: Pick<Remembrance, 'cookieGeneration' | 'cookieRotatedAt'>,
  generation: number,
  nowMs: number,
): CookieVerdict {
  const behind = cookieGeneration - generation;
  if (behind < 0) return 'unknown';
  if (behind === 0) return 'newest';
  if (behind === 1) return 'earlier';
  const replacedMs = cookieRotatedAt[behind - 1];
  return replacedMs !== undefined && nowMs < replacedMs + repeatMs ? 'earlier' : 'copied';
}

/** The device once its newest cookie has been replaced by the next. */
export function rotated<Device extends Remembrance>(device: Device, nowMs: number): Device {
  return {
    ...device,
    cookieGeneration: device.cookieGeneration + 1,
    cookieRotatedAt: [nowMs, ...device.cookieRotatedAt].slice(0, 3),
  };
}
