import { describe, expect, test } from 'vitest';
import { patternOf, readOrigin } from './read-origin.ts';

const hex = '0123456789abcdef'.repeat(4);
const base64 = Buffer.from(hex, 'hex').toString('base64');
const app = `android:apk-key-hash:${Buffer.from(hex, 'hex').toString('base64url')}`;

describe('ruling 57: an expected origin', () => {
  test.each([
    ['https://shop.example', 'https://shop.example'],
    ['HTTPS://SHOP.EXAMPLE', 'https://shop.example'],
    ['https://shop.example/', 'https://shop.example'],
    ['https://shop.example:443', 'https://shop.example'],
    ['https://shop.example:8443/', 'https://shop.example:8443'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['https://XN--BCHER-KVA.example', 'https://xn--bcher-kva.example'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['http://intranet.example', 'http://intranet.example'],
    ['https://other.example', 'https://other.example'],
    ['https://[2001:DB8::1]:443', 'https://[2001:db8::1]'],
    ['https://192.0.2.1', 'https://192.0.2.1'],
    ['https://*.shop.example', 'https://*.shop.example'],
    ['https://*.EU.shop.example:8443', 'https://*.eu.shop.example:8443'],
    [app, app],
    [app.replace('android', 'ANDROID'), app],
    [`android:apk-key-hash:${base64}`, app],
    [`android:apk-key-hash:${base64.replace(/=$/, '')}`, app],
    [`${app}=`, app],
    [`android:apk-key-hash:${hex}`, app],
    [`android:apk-key-hash:${hex.toUpperCase().replace(/(..)(?=.)/g, '$1:')}`, app],
    [`android:apk-key-hash-sha256:${hex}`, app.replace('hash:', 'hash-sha256:')],
  ])('%s is %s', (entry, origin) => {
    expect(readOrigin(entry, 'shop.example')).toEqual({ origin, problem: undefined });
  });

  test.each([
    ['shop.example', 'must start with'],
    ['null', 'must start with'],
    ['*', 'must start with'],
    ['ftp://shop.example', 'must start with'],
    ['file:///etc/passwd', 'must start with'],
    ['chrome-extension://abc', 'must start with'],
    ['https://', 'must have a host'],
    ['https://shop.example:99999', 'must have a host'],
    ['https://shop.example:*', 'must have a host'],
    ['https://sh%20op.example', 'must have a host'],
    ['https://shop!.example', 'must have a host'],
    ['https://*', 'may have *'],
    ['https://**.shop.example', 'may have *'],
    ['https://a*.shop.example', 'may have *'],
    ['https://www.*.example', 'may have *'],
    ['https://*.*.shop.example', 'may have *'],
    ['http://*.shop.example', 'must start with https://'],
    ['https://*.com', 'stands for every site under com'],
    ['https://*.example', 'stands for every site under example'],
    ['https://*.other.example', 'must lie within the relyingParty shop.example'],
    ['https://*.notshop.example', 'must lie within the relyingParty shop.example'],
    ['android:', 'must start with'],
    ['android:com.example.app', 'must start with'],
    ['android:apk-key-hash:', 'must end in the SHA-256'],
    ['android:apk-key-hash:abc', 'must end in the SHA-256'],
    [`android:apk-key-hash:${hex}00`, 'must end in the SHA-256'],
    [`android:apk-key-hash:${base64}=`, 'must end in the SHA-256'],
  ])('%s can never match: %s', (entry, why) => {
    const { origin, problem } = readOrigin(entry, 'shop.example');
    expect(origin).toBeUndefined();
    expect(problem).toContain(why);
  });

  test.each(['/login', '/?', '?x=1', '#', '/#x', '/..;x'])(
    'with %s is more than an origin, and stays in use if it is stored',
    (more) => {
      const { origin, problem } = readOrigin(`https://shop.example${more}`, 'shop.example');
      expect([origin, problem]).toEqual([
        'https://shop.example',
        'must be an origin and no more, such as https://shop.example.',
      ]);
      expect(readOrigin(`https://ann@shop.example`, 'shop.example').problem).toContain('no more');
    },
  );

  test('within localhost may have a label in front, as developers do', () => {
    expect(readOrigin('http://*.localhost:3000', 'localhost').origin).toBe('http://*.localhost:3000');
    expect(readOrigin('http://*.localhost:3000', 'shop.example').origin).toBeUndefined();
  });

  test('is matched by a pattern with the same labels except the first', () => {
    expect(patternOf('https://a.shop.example:8443')).toBe('https://*.shop.example:8443');
    expect(patternOf('https://a.b.shop.example')).toBe('https://*.b.shop.example');
    for (const whole of ['https://localhost', 'https://[::1]', app, 'null']) expect(patternOf(whole)).toBe(whole);
  });
});
