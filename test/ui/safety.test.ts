/** Worry: a page runs, shows, fetches or sends something that it must not, or is too large to load. */
import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { ask, eventually } from '../rig/api.ts';
import { patienceMs } from '../rig/browser.ts';
import { readInboxLink } from '../rig/read-inbox.ts';
import { violations, widest } from './look-at.ts';
import { startSite } from './site.ts';
import type { Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite();
  await site.manage('POST', '/action-configurations', {
    actionCode: 'withdraw',
    defaultUserActionResult: 'CHALLENGE',
    messagingTemplates: { en: { defaultTemplate: 'Withdraw to {{action.payee}}' } },
  });
});
afterAll(() => site.stop());

const payloads = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "';alert(1)//",
  'javascript:alert(1)',
  '</script><script>alert(1)</script>',
  '</style><svg onload=alert(1)>',
  '{{constructor.constructor("alert(1)")()}}',
  '\u2028alert(1)',
];

/** Dialogs that opened, and violations that the policy or a script reported. */
function listen(page: Page): string[] {
  const heard: string[] = [];
  page.on('dialog', (dialog) => {
    heard.push(dialog.message());
    void dialog.dismiss();
  });
  return heard;
}

describe('A58', () => {
  test('no parameter of the address runs code', async () => {
    const { url } = await site.track('reflected', 'withdraw');
    const { page, problems, close } = await site.open();
    const heard = listen(page);
    for (const payload of payloads) {
      const text = encodeURIComponent(payload);
      await page.goto(
        `${url}&locale=${text}&mode=${text}&nativeScheme=${text}&force_enrollment=${text}&x=${text}#${text}`,
      );
      await page.goto(`${site.url}/challenge?token=${text}&redirectUrl=${text}`);
    }
    expect([...heard, ...problems]).toEqual([]);
    await close();
  });

  test('no text of the app, the user or the tenant is parsed as HTML', async () => {
    await site.manage('PATCH', '/theme', { name: `Bank ${payloads[0]}` });
    await site.manage('PATCH', '/message-overrides', {
      messageOverrides: { en: { 'email-code-entry.heading': 'Check {tenantName}' } },
    });
    const { page, problems, close } = await site.open();
    const heard = listen(page);
    for (const [at, payload] of payloads.entries()) {
      const email = `a${at}@example.com`;
      await site.api('POST', `/v1/users/stored${at}/authenticators`, { verificationMethod: 'EMAIL_OTP', email });
      const { url } = await site.track(`stored${at}`, 'withdraw', { custom: { payee: payload } });
      await page.goto(url);
      await page.getByText(`Withdraw to ${payload.replace('\u2028', ' ')}`).waitFor();
      await page.getByRole('heading', { name: `Check Bank ${payloads[0] ?? ''}` }).waitFor();
    }
    expect([...heard, ...problems]).toEqual([]);
    await close();
    await site.manage('PATCH', '/theme', { name: 'Bank' });
    await site.manage('PATCH', '/message-overrides', { messageOverrides: {} });
  });
});

describe('N35', () => {
  test('a page has a policy with a fresh nonce each time, and none of the headers that would cut off its opener', async () => {
    const { url } = await site.track('headers', 'withdraw');
    const [first, second] = await Promise.all([fetch(url), fetch(url)]);
    const policy = first.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(
      /default-src 'none'; script-src 'nonce-([\w+/=]{24})' 'strict-dynamic'; style-src 'nonce-\1'/,
    );
    for (const part of [
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      `frame-ancestors 'self' ${site.url}`,
    ])
      expect(policy).toContain(part);
    expect(policy).not.toMatch(/unsafe|\*;|https:/);
    expect(second.headers.get('content-security-policy')).not.toBe(policy);
    expect(first.headers.get('referrer-policy')).toBe('no-referrer');
    expect(first.headers.get('cache-control')).toBe('no-store');
    for (const absent of ['x-frame-options', 'cross-origin-opener-policy', 'set-cookie'])
      expect(first.headers.get(absent), absent).toBeNull();
    const html = await first.text();
    expect(html).not.toMatch(/<script(?![^>]*(?:nonce=|type="application\/json"))/);
    expect(html).not.toMatch(/\s(?:on\w+|style)=/);
  });

  test('A54: code that runs in the page can register nothing without a token: the API accepts no cookie and no form', async () => {
    const { page, close } = await site.open();
    const { url } = await site.track('planted', 'withdraw');
    await page.goto(url);
    const statuses =
      await page.evaluate(`Promise.all(['/user-authenticators/passkey/registration-options', '/user-authenticators/passkey', '/user-authenticators/totp']
      .map((path) => fetch('/v1/client' + path, { method: 'POST', credentials: 'include', body: '{}' }).then(({ status }) => status)))`);
    expect(statuses).toEqual([401, 401, 401]);
    const ran = await page.evaluate(`new Promise((resolve) => {
      addEventListener('securitypolicyviolation', ({ effectiveDirective }) => resolve(effectiveDirective));
      document.body.insertAdjacentHTML('beforeend', '<img src="/no.png" onerror="window.planted = true">');
      setTimeout(() => resolve('nothing'), 1000);
    })`);
    expect(ran).toBe('script-src-attr');
    expect(await page.evaluate('window.planted')).toBeUndefined();
    await close();
  });
});

describe('a theme', () => {
  test('shows in colours, corners and a template, names the only hosts that are contacted, and follows dark mode', async () => {
    await site.manage('PATCH', '/theme', {
      primaryColor: '#b3003c',
      borders: { buttonBorderRadius: 3 },
      container: { contentAlignment: 'left', exitPosition: 'bottom' },
      pageBackground: { backgroundColor: '#fdf1e3' },
      logoUrl: 'https://cdn.bank.example/logo.png',
      typography: { display: { faces: [{ url: 'https://fonts.bank.example/d.woff2', weight: 700 }] } },
      darkMode: { primaryColor: '#ff9db8', pageBackground: { backgroundColor: '#201018' } },
      template:
        '<html><head><authsignal-head></authsignal-head><style>.Shell{padding:9px}</style></head><body><div class="Shell"><script>window.planted = true</script><authsignal-widget></authsignal-widget></div></body></html>',
    });
    const { url } = await site.track('themed', 'withdraw', { redirectUrl: `${site.appUrl}/` });
    const policy = (await fetch(url)).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("img-src 'self' data: https://cdn.bank.example/logo.png;");
    expect(policy).toContain("font-src 'self' https://fonts.bank.example/d.woff2;");

    const { page, close } = await site.open({ colorScheme: 'light', reducedMotion: 'reduce' });
    await page.route('https://*.bank.example/**', (route) => route.abort());
    await page.goto(url);
    await page.getByRole('link', { name: 'Passkey' }).click();
    const look = (selector: string, property: string) =>
      page.evaluate(
        `getComputedStyle(document.querySelector(${JSON.stringify(selector)})).getPropertyValue(${JSON.stringify(property)})`,
      );
    await page.locator('.Button--primary').waitFor();
    expect(await look('.Button--primary', 'background-color')).toBe('rgb(179, 0, 60)');
    expect(await look('.Button--primary', 'border-top-left-radius')).toBe('3px');
    expect(await look('main', 'text-align')).toBe('left');
    expect(await look('body', 'background-color')).toBe('rgb(253, 241, 227)');
    expect(await look('.Shell', 'padding-top')).toBe('9px');
    expect(await page.locator('.Exit--bottom button').textContent()).toBe('Cancel');
    expect(await page.evaluate('window.planted')).toBeUndefined();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await look('.Button--primary', 'background-color')).toBe('rgb(255, 157, 184)');
    expect(await look('body', 'background-color')).toBe('rgb(32, 16, 24)');
    await close();
    const cleared = { borders: null, container: null, pageBackground: null, typography: null, template: null };
    await site.manage('PATCH', '/theme', { primaryColor: null, logoUrl: null, darkMode: null, ...cleared });
  });
});

describe('the page behind a mailed link', () => {
  test('looks like the tenant’s others, in its words and template; its token stays secret, and opening it uses nothing up', async () => {
    const look = {
      primaryColor: '#b3003c',
      logoUrl: 'https://cdn.bank.example/logo.png',
      container: { contentAlignment: 'left' },
      typography: { display: { faces: [{ url: 'https://fonts.bank.example/d.woff2', weight: 700 }] } },
      darkMode: { primaryColor: '#ff9db8', logoUrl: 'https://cdn.bank.example/dark.png' },
      template:
        '<html><head><authsignal-head></authsignal-head><style>.Shell{padding:9px}[name="token"]{display:block !important}</style></head><body><div class="Shell"><script>window.planted = true</script><authsignal-widget></authsignal-widget><img src="https://cdn.bank.example/foot.png" alt=""></div></body></html>',
    };
    await site.manage('PATCH', '/theme', { name: 'Bank', ...look });
    const overrides = { en: { 'magic-link.heading': 'Is it you at {tenantName}?', 'magic-link.primaryCta': 'Sure' } };
    await site.manage('PATCH', '/message-overrides', { messageOverrides: overrides });
    const email = 'themed-link@example.com';
    await site.api('POST', '/v1/users/themed-link/authenticators', { verificationMethod: 'EMAIL_MAGIC_LINK', email });
    const { url, token } = await site.track('themed-link', 'withdraw');
    const asking = await site.open();
    await asking.page.goto(url);
    const link = await eventually(
      'the mailed link',
      patienceMs,
      () => readInboxLink(site.url, email),
      (found) => found !== '',
    );

    const { page, problems, close } = await site.open({ colorScheme: 'light', reducedMotion: 'reduce' });
    const asked: { readonly url: string; readonly referrer: string | undefined }[] = [];
    await page.route('https://*.bank.example/**', async (route) => {
      asked.push({ url: route.request().url(), referrer: (await route.request().allHeaders())['referer'] });
      await route.abort();
    });
    await page.goto(link);
    await page.getByRole('heading', { name: 'Is it you at Bank?' }).waitFor();
    const styleOf = (selector: string, property: string) =>
      page.evaluate(
        `getComputedStyle(document.querySelector(${JSON.stringify(selector)})).getPropertyValue(${JSON.stringify(property)})`,
      );
    expect(await styleOf('.Button--primary', 'background-color')).toBe('rgb(179, 0, 60)');
    expect(await styleOf('main', 'text-align')).toBe('left');
    expect(await styleOf('.Shell', 'padding-top')).toBe('9px');
    expect(await page.evaluate('window.planted')).toBeUndefined();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await styleOf('.Button--primary', 'background-color')).toBe('rgb(255, 157, 184)');
    await eventually(
      'the images',
      patienceMs,
      async () => asked,
      (all) => all.length >= 3,
    );
    // Fonts are requested with the origin, as by every browser; no request reveals more.
    expect(asked.filter(({ url: to, referrer }) => /token|magic-link/.test(`${to} ${referrer}`))).toEqual([]);
    // No selector in a template's style can distinguish tokens.
    const secret = new URL(link).searchParams.get('token') ?? '';
    const attributes = await page.evaluate(
      `[...document.querySelectorAll('*')].flatMap((element) => [...element.attributes].map(({ value }) => value))`,
    );
    expect((attributes as string[]).filter((value) => value.includes(secret))).toEqual([]);
    expect(await site.validate(token)).toMatchObject({ state: 'CHALLENGE_REQUIRED' });

    const policy = (await fetch(link)).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("img-src 'self' data: https://cdn.bank.example/logo.png");
    expect(policy).toContain("form-action 'self'; frame-ancestors 'none'");
    expect(policy).not.toMatch(/script-src|connect-src|unsafe/);

    await page.getByRole('button', { name: 'Sure' }).click();
    await page.getByRole('heading', { name: 'Confirmed' }).waitFor();
    expect(await styleOf('.Shell', 'padding-top')).toBe('9px');
    expect(await site.validate(token)).toMatchObject({ state: 'CHALLENGE_SUCCEEDED' });
    expect(problems.filter((problem) => !problem.includes('bank.example'))).toEqual([]);
    expect(site.output()).not.toContain(secret);
    await close();
    await asking.close();
    const cleared = Object.fromEntries(Object.keys(look).map((name) => [name, null]));
    await site.manage('PATCH', '/theme', cleared);
    await site.manage('PATCH', '/message-overrides', { messageOverrides: {} });
  });
});

describe('a language', () => {
  test('is the one that the backend named, else the browser’s; numbers and days follow its conventions', async () => {
    await site.api('POST', '/v1/users/polish/authenticators', {
      verificationMethod: 'EMAIL_OTP',
      email: 'polish@example.com',
    });
    const named = await site.track('polish', 'withdraw', { locale: 'pl' });
    const { page, close } = await site.open({ locale: 'fr-CA' });
    await page.goto(named.url);
    await page.getByRole('heading', { name: 'Sprawdź pocztę' }).waitFor();
    await page.getByText('O nowy kod można poprosić za: 30 sekund.').waitFor();
    expect(await page.evaluate('document.documentElement.lang')).toBe('pl');

    const unnamed = await site.track('polish', 'withdraw');
    await page.goto(unnamed.url);
    await page.getByRole('heading', { name: 'Consultez vos courriels' }).waitFor();
    expect(await page.evaluate('document.documentElement.lang')).toBe('fr-CA');
    await close();
  });

  test('from right to left would work: nothing overflows, and the back arrow points the other way', async () => {
    const { url } = await site.track('mirrored', 'withdraw');
    const { page, close } = await site.open({ viewport: { width: 320, height: 640 } });
    await page.goto(url);
    await page.evaluate('document.documentElement.dir = "rtl"');
    await page.getByRole('link', { name: 'E-mail code' }).click();
    await page.getByLabel('E-mail address').waitFor();
    const back = page.getByRole('button', { name: 'Back' });
    expect((await back.boundingBox())?.x).toBeGreaterThan(160);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    await close();
  });
});

describe('pages for developers', () => {
  test('the first page creates a real challenge; its mail appears in the inbox by itself, and its links work', async () => {
    const { page, problems, close } = await site.open({ viewport: { width: 320, height: 700 } });
    const inbox = await page.context().newPage();
    await inbox.goto(`${site.url}/dev/inbox`);
    await page.goto(`${site.url}/`);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Try a challenge' }).press('Enter');
    await page.getByRole('link', { name: 'E-mail link' }).click();
    await page.getByText('Waiting for you to open the link').waitFor();
    // It has not been reloaded.
    const article = inbox.locator('article', { hasText: 'demo@example.com' }).first();
    await article.waitFor();
    await article.getByText('As HTML').press('Enter');
    const [opened] = await Promise.all([
      page.context().waitForEvent('page'),
      article.frameLocator('iframe').getByRole('link').press('Enter'),
    ]);
    await opened.getByRole('button', { name: 'Yes, it’s me' }).waitFor();
    await opened.close();
    expect(await article.locator('pre a').getAttribute('href')).toMatch(/\/magic-link\?token=/);
    expect(await violations(inbox)).toEqual([]);
    for (const each of [page, inbox]) expect(await widest(each)).toBe(320);
    expect(problems).toEqual([]);
    await close();
  });

  test('mail runs no code and loads nothing: a stranger may have chosen its text', async () => {
    await site.manage('PATCH', '/tenant', { name: '<img src=//x.example><script>alert(1)</script>' });
    await site.api('POST', '/v1/users/mail-reader/authenticators', {
      verificationMethod: 'EMAIL_OTP',
      email: 'mail-reader@example.com',
    });
    const { token } = await site.track('mail-reader', 'withdraw');
    await ask(site.url, 'POST', '/v1/client/challenge/email-otp', {
      headers: { authorization: `Bearer ${token}` },
      body: {},
    });
    await site.manage('PATCH', '/tenant', { name: 'Sallyport' });
    const html = await (await fetch(`${site.url}/dev/inbox`)).text();
    const path = /\/dev\/inbox\/\d+/.exec(html)?.[0] ?? '';
    const message = await fetch(`${site.url}${path}`);
    expect(message.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; .*frame-ancestors 'self'; sandbox allow-popups /,
    );
    for (const text of [html, await message.text()]) expect(text).not.toMatch(/<img|<script>alert/);
  });

  test('the API reference contacts no other server, shows no third-party buttons, and is sent compressed, and once', async () => {
    const { page, problems, close } = await site.open({ viewport: { width: 1100, height: 800 } });
    await page.goto(`${site.url}/docs`);
    await page.getByRole('heading', { name: 'Sallyport' }).first().waitFor();
    await page.getByText('/v1/users/{userId}').first().waitFor();
    expect(problems).toEqual([]);
    const words = await page.evaluate('document.body.innerText');
    expect(words).not.toMatch(/scalar|Ask AI|Developer Tools|Deploy|Share/i);
    await close();
    for (const path of ['/docs/', '/docs/js/scalar.js', '/openapi.json']) {
      const small = await fetch(`${site.url}${path}`, { headers: { 'accept-encoding': 'br' } });
      expect(small.headers.get('content-encoding'), path).toBe('br');
      expect(Number(small.headers.get('content-length')), path).toBeLessThan(1_000_000);
      expect(small.headers.get('cache-control'), path).toBe('public, max-age=3600');
      const plain = await fetch(`${site.url}${path}`, { headers: { 'accept-encoding': 'identity' } });
      expect(await plain.text(), path).toBe(await small.text());
      const tag = small.headers.get('etag') ?? '';
      const again = await fetch(`${site.url}${path}`, {
        headers: { 'if-none-match': tag, 'cache-control': 'max-age=0' },
      });
      expect([again.status, await again.text()], path).toEqual([304, '']);
    }
  });
});

describe('a budget', () => {
  const built = new URL('../../dist/pages/', import.meta.url);
  const files = JSON.parse(readFileSync(new URL('files.json', built), 'utf8')) as {
    readonly entry: string;
    readonly always: readonly string[];
    readonly chunks: Readonly<Record<string, readonly string[]>>;
  };
  const size = (url: string) => readFileSync(new URL(`browser/${url.split('/').at(-1) ?? ''}.br`, built)).length;

  test.each(Object.keys(files.chunks))('the JavaScript of %s has at most 40 kB compressed', (screen) => {
    const all = [files.entry, ...files.always, ...(files.chunks[screen] ?? [])];
    expect(all.reduce((sum, url) => sum + size(url), 0)).toBeLessThanOrEqual(40_000);
  });

  test('all styles have at most 10 kB compressed, and hashed files are cached without limit', async () => {
    const { url } = await site.track('budget', 'withdraw');
    const html = await (await fetch(url)).text();
    const styles = /<style[^>]*>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? '';
    expect(styles.length).toBeGreaterThan(1000);
    expect(brotliCompressSync(styles).length).toBeLessThanOrEqual(10_000);
    const asset = await fetch(`${site.url}${files.entry}`, { headers: { 'accept-encoding': 'br' } });
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(asset.headers.get('content-encoding')).toBe('br');
    expect((await fetch(`${site.url}/assets/manifest.json`)).status).toBe(404);
    expect((await fetch(`${site.url}/assets/..%2frender.js`)).status).toBe(404);
  });
});
