/** Worry: a code from a text message has to be typed by hand, or the browser is asked for messages needlessly. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { launchBrowser } from '../rig/browser.ts';

// Only the code input, as screens of any method show it. Sent codes are recorded, and all are wrong.
const entry = `
  import { h, render } from 'preact';
  import { CodeForm } from '/src/ui/kit/code-form.tsx';
  import { PageContext, WordsContext } from '/src/ui/kit/page.ts';
  const words = { locale: 'en', say: (id) => id, raw: (id) => id };
  window.sent = [];
  const verify = async (code) => {
    window.sent.push(code);
    return { isVerified: false, failureReason: 'CODE_INVALID_OR_EXPIRED' };
  };
  window.show = (method) => {
    const form = method === '' ? null : h(CodeForm, { method, label: 'Code', submitLabel: 'Confirm', length: 6, verify });
    render(h(WordsContext.Provider, { value: words }, h(PageContext.Provider, { value: { words } }, form)), document.body);
  };
`;

// Behaves like a browser: resolves once with the next message, or never, and stops when it is aborted.
const messages = `
  window.OTPCredential = class {};
  window.asked = [];
  navigator.credentials.get = ({ otp, signal }) => new Promise((resolve, reject) => {
    const one = { otp, isOver: false, arrive: (credential) => { one.isOver = true; resolve(credential); } };
    window.asked.push(one);
    signal.addEventListener('abort', () => {
      one.isOver = true;
      reject(new DOMException('Aborted', 'AbortError'));
    });
  });
`;

let browser: Browser;
let script: string;
let page: Page;

beforeAll(async () => {
  const [started, built] = await Promise.all([launchBrowser(), bundle()]);
  browser = started;
  script = built;
});
afterAll(() => browser.close());

async function bundle(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'virtual:entry' ? id : null),
        load: (id) => (id === 'virtual:entry' ? entry : null),
      },
    ],
    build: { write: false, minify: false, rolldownOptions: { input: 'virtual:entry' } },
  });
  const output = 'output' in result ? result.output : [];
  return output.map((part) => ('code' in part ? part.code : '')).join('');
}

beforeEach(async () => {
  page = await browser.newPage();
  // A secure origin: browsers give credentials to no other.
  await page.route('http://localhost/', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>A code</title>' }),
  );
  return () => page.close();
});

async function show(method: string, prepare = messages): Promise<void> {
  await page.goto('http://localhost/');
  await page.evaluate(prepare);
  await page.addScriptTag({ type: 'module', content: script });
  await page.waitForFunction('window.show');
  await page.evaluate(`show('${method}')`);
  // The field has the focus once effects have run.
  await page.waitForFunction('document.activeElement?.id === "code"');
}

const read = (expression: string) => page.evaluate(expression) as Promise<unknown>;
const arrive = (index: number, credential: object | null) =>
  page.evaluate(`asked[${index}].arrive(${JSON.stringify(credential)})`);

describe('a code by text message', () => {
  test('is read from the message, entered and sent; so is that of a second message', async () => {
    await show('SMS');
    expect(await read('asked.map(({ otp }) => otp)')).toEqual([{ transport: ['sms'] }]);
    await page.keyboard.type('12');
    await arrive(0, { type: 'otp', code: '345678' });
    await page.getByText('problem.wrongCode').waitFor();
    expect(await page.getByLabel('Code').inputValue()).toBe('345678');

    await page.waitForFunction('asked.length === 2');
    await arrive(1, { type: 'otp', code: '901234' });
    await page.waitForFunction('sent.length === 2');
    expect(await read('sent')).toEqual(['345678', '901234']);
  });

  test('is awaited until the screen closes, and no longer', async () => {
    await show('SMS');
    expect(await read('asked[0].isOver')).toBe(false);
    await page.evaluate('show("")');
    await page.waitForFunction('asked[0].isOver');
    expect(await read('asked.length')).toBe(1);
    expect(await read('sent')).toEqual([]);
  });

  test('keeps what was typed if the browser gives none, and is not requested again', async () => {
    await show('SMS');
    await page.keyboard.type('123');
    await arrive(0, null);
    await page.waitForTimeout(50);
    expect(await page.getByLabel('Code').inputValue()).toBe('123');
    expect(await read('asked.length')).toBe(1);
  });

  test.each(['EMAIL_OTP', 'AUTHENTICATOR_APP', 'WHATSAPP'])('is never requested for %s', async (method) => {
    await show(method);
    expect(await read('asked')).toEqual([]);
  });

  test('is not requested in a browser that cannot give one', async () => {
    await show('SMS', `${messages} delete window.OTPCredential`);
    expect(await read('asked')).toEqual([]);
  });
});

describe('a code', () => {
  test.each([
    ['with a space', '123 456'],
    ['with dashes', '12-34-56'],
    ['with what stands around it', 'Your code is 123456.'],
    ['in full-width digits (ruling 45)', '１２３ ４５６', '１２３４５６'],
    ['in Arabic-Indic digits (ruling 45)', '١٢٣٤٥٦', '١٢٣٤٥٦'],
    ['in digits of two units each (ruling 45)', '𝟏𝟐𝟑-𝟒𝟓𝟔', '𝟏𝟐𝟑𝟒𝟓𝟔'],
  ])('pasted %s is entered and sent once', async (_how, text, digits = '123456') => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: 'http://localhost' });
    await show('EMAIL_OTP');
    await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
    await page.keyboard.press('Control+V');
    await page.getByText('problem.wrongCode').waitFor();
    expect(await page.getByLabel('Code').inputValue()).toBe(digits);
    expect(await read('sent')).toEqual([digits]);
  });

  test('ruling 45: composed by an input method in full-width digits is entered and sent once, when composition ends', async () => {
    await show('EMAIL_OTP');
    await page.getByLabel('Code').focus();
    const keyboard = await page.context().newCDPSession(page);
    for (const text of ['１２', '１２３４', '１２３４５６']) {
      const end = text.length;
      await keyboard.send('Input.imeSetComposition', { text, selectionStart: end, selectionEnd: end });
      expect(await page.getByLabel('Code').inputValue()).toBe(text);
      expect(await read('sent')).toEqual([]);
    }
    await keyboard.send('Input.insertText', { text: '１２３４５６' });
    await page.getByText('problem.wrongCode').waitFor();
    expect(await read('sent')).toEqual(['１２３４５６']);
  });

  test('that the browser fills in at once is sent once; the field declares what it is for', async () => {
    await show('EMAIL_OTP');
    expect(await page.getByLabel('Code').getAttribute('autocomplete')).toBe('one-time-code');
    // As browsers autofill: the whole value, and one event.
    await page.evaluate(`{
      const field = document.getElementById('code');
      field.value = '123456';
      field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertReplacementText' }));
    }`);
    await page.getByText('problem.wrongCode').waitFor();
    expect(await read('sent')).toEqual(['123456']);
  });
});
