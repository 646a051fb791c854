/**
 * The system's browsers, for tests of pages. A missing Chromium is installed, which needs root on Debian; Firefox is
 * used if it is there.
 */
import { chromium, firefox } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { installPackages, installedProgram } from './system-programs.ts';

/**
 * How long is waited for something in a page: so long that a slow machine with much else to do never fails for that, and
 * that what hangs still ends before its test does.
 */
export const patienceMs = 120_000;

// Chromium without its own windows, tabs and profiles, which no test of a page sees: it takes a third of the processor.
const shells = ['chromium-headless-shell'];
const wholeChromiums = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
// Only Debian's: others may be wrapped so that they cannot be automated. TEST_FIREFOX names any.
const firefoxes = ['firefox-esr'];

/** Starts a browser. Close it when the tests are over; one serves a whole file, with a context for each journey. */
export async function launchBrowser(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: await (foundChromium ??= findChromium()),
    args: [
      // Containers have neither the namespaces for the sandbox nor a large /dev/shm.
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--force-color-profile=srgb',
    ],
  });
  return withPatience(browser);
}

function withPatience(browser: Browser): Browser {
  return browser.on('context', (context) => context.setDefaultTimeout(patienceMs));
}

/**
 * The path of a Firefox; undefined if there is none. Only a full run (`npm run test:long`) installs one: that takes
 * half a minute.
 */
export async function findFirefox(): Promise<string | undefined> {
  const found = process.env['TEST_FIREFOX'] ?? installedProgram(firefoxes);
  if (found !== undefined || process.env['TEST_LONG'] === undefined) return found;
  // A Firefox that cannot be installed is not a failure.
  return installPackages(firefoxes, ['firefox-esr']).catch(() => undefined);
}

/** Starts the Firefox at a path, unmodified, over WebDriver BiDi. */
export async function launchFirefox(executablePath: string): Promise<Browser> {
  const browser = await firefox.launch({ executablePath, channel: 'moz-firefox' });
  forgiveMissingCommand(browser, 'emulation.setMediaFeaturesOverride');
  return withPatience(browser);
}

interface BidiSession {
  send(method: string, params: object): Promise<unknown>;
}

/**
 * Playwright sets up every context with a command that some Firefox versions lack, and fails without it. The setting,
 * light or dark, is then Firefox's own default.
 */
function forgiveMissingCommand(browser: Browser, command: string): void {
  const { _connection } = browser as unknown as {
    readonly _connection: { toImpl(of: Browser): { readonly _browserSession: BidiSession } };
  };
  const sessions = Object.getPrototypeOf(_connection.toImpl(browser)._browserSession) as BidiSession;
  const { send } = sessions;
  sessions.send = function (method, params) {
    const reply = send.call(this, method, params);
    if (method !== command) return reply;
    return reply.catch((error: unknown) => {
      if (/unknown command/.test(String(error))) return {};
      throw error;
    });
  };
}

// Looked for once in a process.
let foundChromium: Promise<string> | undefined;

/**
 * The path of a Chromium: a shell of it, or in a full run the whole browser that users have.
 * @throws with what to do if there is none and none can be installed
 */
async function findChromium(): Promise<string> {
  const given = process.env['TEST_CHROMIUM'];
  if (given !== undefined) return given;
  const [names, packageName, others] =
    process.env['TEST_LONG'] === undefined
      ? [shells, 'chromium-headless-shell', wholeChromiums]
      : [wholeChromiums, 'chromium', shells];
  const found = installedProgram(names);
  if (found !== undefined) return found;
  // Elsewhere than on Debian there may be no such package.
  const fetched = await installPackages(names, [packageName, 'fonts-noto-core']).catch(() => undefined);
  const path = fetched ?? installedProgram(others);
  if (path !== undefined) return path;
  throw new Error(
    'The tests of the pages need Chromium. Install it (apt-get install chromium-headless-shell), or name one in TEST_CHROMIUM.',
  );
}
