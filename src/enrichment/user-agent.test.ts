import { createRequire } from 'node:module';
import Bowser from 'bowser';
import { describe, expect, it, vi } from 'vitest';
import { parsedUserAgent, userAgentDescriber, userAgentLengthMax } from './user-agent.ts';

const naughtyStrings = createRequire(import.meta.url)('big-list-of-naughty-strings/blns.json') as string[];

const chromeOnWindows =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';
const safariOnIphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';
const firefoxOnLinux = 'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0';
const chromeOnAndroid =
  'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36';
const googlebot = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

describe('a user agent', () => {
  it('tells browser, system, device and engine', () => {
    const describeUserAgent = userAgentDescriber();
    expect(describeUserAgent(chromeOnWindows)).toEqual({
      browser: { name: 'Chrome', version: '126.0.0.0', major: '126' },
      os: { name: 'Windows', version: 'NT 10.0' },
      device: { model: null, type: 'desktop', vendor: null },
      engine: { name: 'Blink', version: null },
      cpu: { architecture: 'amd64' },
      isMobile: false,
      isBot: false,
    });
    expect(describeUserAgent(safariOnIphone)).toMatchObject({
      browser: { name: 'Safari', major: '17' },
      os: { name: 'iOS', version: '17.5' },
      device: { model: 'iPhone', type: 'mobile', vendor: 'Apple' },
      isMobile: true,
      isBot: false,
    });
    expect(describeUserAgent(firefoxOnLinux)).toMatchObject({ browser: { name: 'Firefox' }, os: { name: 'Linux' } });
    expect(describeUserAgent(chromeOnAndroid)).toMatchObject({
      os: { name: 'Android', version: '14' },
      isMobile: true,
    });
  });

  it.each([googlebot, 'curl/8.5.0', 'python-requests/2.32', chromeOnWindows.replace('Chrome/', 'HeadlessChrome/')])(
    'of a program is a bot: %s',
    (ua) => {
      expect(userAgentDescriber()(ua)).toMatchObject({ isBot: true });
    },
  );

  it.each([null, ''])('that was not sent (%j) tells nothing, and not that there is no bot', (ua) => {
    const nothing = userAgentDescriber()(ua);
    expect(nothing).toMatchObject({
      isBot: null,
      isMobile: null,
      browser: { name: null },
      cpu: { architecture: null },
    });
  });

  it('has the wire shape of server-api 3.5, without members that are not known', () => {
    const describeUserAgent = userAgentDescriber();
    expect(parsedUserAgent(safariOnIphone, describeUserAgent(safariOnIphone))).toEqual({
      ua: safariOnIphone,
      browser: { name: 'Safari', version: '17.5', major: '17' },
      device: { model: 'iPhone', type: 'mobile', vendor: 'Apple' },
      engine: { name: 'WebKit', version: '605.1.15' },
      os: { name: 'iOS', version: '17.5' },
    });
    expect(parsedUserAgent('?', describeUserAgent('?'))).toEqual({ ua: '?' });
    expect(parsedUserAgent('?', 'unknown')).toEqual({ ua: '?' });
  });

  it('A72: is never read beyond its first 1024 characters', () => {
    const parse = vi.spyOn(Bowser, 'parse');
    try {
      const describeUserAgent = userAgentDescriber();
      const long = chromeOnWindows + ' ('.repeat(32_000);
      const description = describeUserAgent(long);
      expect(description).toMatchObject({ browser: { name: 'Chrome' } });
      expect(parse).toHaveBeenCalledTimes(1);
      expect(parse.mock.calls[0]?.[0]).toHaveLength(userAgentLengthMax);
      expect(parsedUserAgent(long, description).ua).toHaveLength(userAgentLengthMax);
      // Equal in the part that is read, so remembered, however they go on.
      expect(describeUserAgent(`${long}x`)).toBe(description);
      expect(parse).toHaveBeenCalledTimes(1);
    } finally {
      parse.mockRestore();
    }
  });

  it('ruling 37: that is longer than what is read is a bot where the part says so, and no certain person elsewhere', () => {
    const describeUserAgent = userAgentDescriber();
    const whole = chromeOnWindows.padEnd(userAgentLengthMax, ' x');
    expect(describeUserAgent(whole)).toMatchObject({ browser: { name: 'Chrome' }, isBot: false });
    expect(describeUserAgent(`${whole} Googlebot/2.1`)).toMatchObject({
      browser: { name: 'Chrome' },
      isBot: 'unknown',
    });
    expect(describeUserAgent(`${googlebot} ${whole}`)).toMatchObject({ isBot: true });
    expect(describeUserAgent(whole)).toMatchObject({ isBot: false });
  });

  it('A72, A45: of naughty and hostile text is described without a throw, 64 kB of it as quickly as 1 kB', () => {
    const describeUserAgent = userAgentDescriber();
    const hostile = [
      '(',
      ' ',
      'a',
      'Version/',
      'Mozilla/5.0 (',
      'Chrome/1.',
      '\u0000',
      '\uD800',
      '; ',
      'Android ',
      '1',
    ].flatMap((piece) => [piece.repeat(65_536 / piece.length), `Mozilla/5.0 (${piece.repeat(65_536 / piece.length)}!`]);
    for (const ua of [...naughtyStrings, ...hostile, '__proto__', 'constructor', 'toString']) {
      const started = performance.now();
      expect(describeUserAgent(ua)).not.toBe('unknown');
      // Generous, for a machine under load: what bounds the cost is the length above.
      expect(performance.now() - started).toBeLessThan(500);
    }
  });

  it('is unknown when the parser fails on it', () => {
    const parse = vi.spyOn(Bowser, 'parse').mockImplementation(() => {
      throw new Error('parser bug');
    });
    try {
      expect(userAgentDescriber()(chromeOnWindows)).toBe('unknown');
    } finally {
      parse.mockRestore();
    }
  });

  it('is parsed once however often it comes, and forgotten when 2000 others have come', () => {
    const parse = vi.spyOn(Bowser, 'parse');
    try {
      const describeUserAgent = userAgentDescriber();
      for (let index = 0; index < 10; index += 1) describeUserAgent(firefoxOnLinux);
      expect(parse).toHaveBeenCalledTimes(1);
      for (let index = 0; index < 2000; index += 1) describeUserAgent(`agent ${index}`);
      describeUserAgent(firefoxOnLinux);
      expect(parse).toHaveBeenCalledTimes(2002);
    } finally {
      parse.mockRestore();
    }
  });
});
