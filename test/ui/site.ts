/** The built program, a browser, and an app of the tenant on another origin: for journeys through the pages. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { Secret, TOTP } from 'otpauth';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { ask, eventually } from '../rig/api.ts';
import type { ApiReply } from '../rig/api.ts';
import { launchBrowser, patienceMs } from '../rig/browser.ts';
import { readInboxCode } from '../rig/read-inbox.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';

export interface Site {
  /** Of the server, with the host name that passkeys are bound to. */
  readonly url: string;
  /** Of the app that the pages return to. It answers every path with a page that says so. */
  readonly appUrl: string;
  readonly browser: Browser;
  /** Of the app's backend. */
  readonly secretKey: string;
  readonly tenantId: string;
  api(method: string, path: string, body?: object): Promise<ApiReply['body']>;
  manage(method: string, path: string, body?: object): Promise<ApiReply['body']>;
  /** Tracks an action, as the app's backend would. */
  track(userId: string, action: string, body?: object): Promise<{ readonly url: string; readonly token: string }>;
  /** The result of the action, as the app's backend reads it. */
  validate(token: string): Promise<ApiReply['body']>;
  /** A page with a fresh browser context. Console errors go to `problems`. */
  open(options?: BrowserContextOptions): Promise<OpenPage>;
  /**
   * Starts at the app, whose official SDK launches the address by redirect, and waits until the page can be used, or
   * has returned already.
   */
  visit(page: Page, url: string): Promise<void>;
  /** The token that the app got back with its address. */
  backAtApp(page: Page): Promise<string>;
  /** The latest code that was mailed to an address, other than this one. */
  mailedCode(email: string, not?: string): Promise<string>;
  output(): string;
  /** Starts another node on the same database, and returns its URL. */
  startNode(): Promise<string>;
  stop(): Promise<void>;
}

export interface OpenPage {
  readonly page: Page;
  /** Script errors, policy violations, and requests to hosts other than the server and the app. */
  readonly problems: string[];
  close(): Promise<void>;
}

const officialSdk = readFileSync(new URL('../../node_modules/@authsignal/browser/dist/index.js', import.meta.url));

// The app launches the given address with the official SDK, and keeps all messages that arrive.
const launcher = `<script type="module">
  import { Authsignal } from '/authsignal.js';
  const authsignal = new Authsignal({ tenantId: 'any' });
  window.seen = [];
  addEventListener('message', (event) => window.seen.push({ origin: event.origin, data: event.data }));
  window.launch = (url, mode, more) => {
    window.errors = [];
    const launched = authsignal.launch(url, { mode, onError: (error) => window.errors.push(error), ...more });
    if (mode !== 'redirect') launched.then((result) => { window.result = result; });
  };
  window.isReady = true;
</script>`;

/** Makes the app's page, which is open, launch an address. */
export async function launch(page: Page, url: string, mode: 'redirect' | 'popup' | 'window', more = {}): Promise<void> {
  await page.waitForFunction('window.isReady');
  await page.evaluate(`launch(${JSON.stringify(url)}, ${JSON.stringify(mode)}, ${JSON.stringify(more)})`);
}

/** What a popup or a window returned to the app that launched it. */
export async function resultOf(page: Page): Promise<{ readonly token?: string }> {
  await page.waitForFunction('window.result !== undefined');
  return (await page.evaluate('window.result')) as { readonly token?: string };
}

/** Waits until the popup in the app's page is as high as its content. */
export async function popupFits(page: Page): Promise<void> {
  const heights = async () => [
    await page.evaluate(`document.querySelector('iframe').style.height`),
    await page
      .frames()
      .at(-1)
      ?.evaluate(`Math.ceil(document.getElementById('widget-container').getBoundingClientRect().height) + 'px'`),
  ];
  await eventually('a popup as high as its page', patienceMs, heights, ([given, wanted]) => given === wanted);
}

/** `appPage` is the content of the app's page; the official browser SDK is at `/authsignal.js`. */
export async function startSite(
  appPage = launcher,
  startBrowser: () => Promise<Browser> = launchBrowser,
): Promise<Site> {
  const credentials = testCredentials();
  const environment = {
    ...credentials,
    DATABASE_URL: await createPostgresDatabase(),
    SALLYPORT_LOG_LEVEL: 'warn',
  };
  const [server, browser] = await Promise.all([startServer(environment), startBrowser()]);
  const otherNodes: ServerProcess[] = [];
  const app = createServer((request, response) => {
    if (request.url === '/authsignal.js') {
      response.setHeader('content-type', 'text/javascript');
      response.end(officialSdk);
      return;
    }
    if (request.url?.includes('no-referrer') === true) response.setHeader('referrer-policy', 'no-referrer');
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><title>The app</title><h1>The app</h1>${appPage}`);
  });
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  const url = server.url.replace('127.0.0.1', 'localhost');
  const appUrl = `http://localhost:${(app.address() as AddressInfo).port}`;

  async function call(key: string, method: string, path: string, body?: object): Promise<ApiReply['body']> {
    const reply = await ask(server.url, method, path, { key, ...(body === undefined ? {} : { body }) });
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.text}`);
    return reply.body;
  }
  const api: Site['api'] = (method, path, body) => call(credentials.SALLYPORT_SECRET_KEY, method, path, body);

  return {
    url,
    appUrl,
    browser,
    secretKey: credentials.SALLYPORT_SECRET_KEY,
    tenantId: credentials.SALLYPORT_TENANT_ID,
    api,
    manage: (method, path, body) => call(credentials.SALLYPORT_MANAGEMENT_KEY, method, `/v1/management${path}`, body),
    track: (userId, action, body = {}) => api('POST', `/v1/users/${userId}/actions/${action}`, body),
    validate: (token) => api('POST', '/v1/validate', { token }),
    async open(options = {}) {
      const context = await browser.newContext({ viewport: { width: 400, height: 760 }, ...options });
      const page = await context.newPage();
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
          problems.push(message.text());
      });
      page.on('request', (request) => {
        const isOurs = [url, appUrl, 'data:', 'blob:'].some((start) => request.url().startsWith(start));
        if (!isOurs) problems.push(`asked for ${request.url()}`);
      });
      return { page, problems, close: () => context.close() };
    },
    async visit(page, target) {
      const start = `${appUrl}/start`;
      await page.goto(start);
      await launch(page, target, 'redirect');
      await page.waitForURL((address) => address.href !== start);
      // A passkey may have proven it already, and returned to the app.
      const isUsable = page.locator('html.started').or(page.getByRole('heading', { name: 'The app' }));
      await isUsable.first().waitFor({ state: 'attached' });
    },
    async backAtApp(page) {
      await page.waitForURL((address) => address.href.startsWith(appUrl));
      return new URL(page.url()).searchParams.get('token') ?? '';
    },
    mailedCode: (email, not = '') =>
      eventually(
        'the mailed code',
        patienceMs,
        () => readInboxCode(url, email),
        (code) => code !== '' && code !== not,
      ),
    output: () => server.output(),
    async startNode() {
      // Both are one server: a token of one is good at the other.
      const node = await startServer({ ...environment, SALLYPORT_PUBLIC_URL: url });
      otherNodes.push(node);
      return node.url;
    },
    async stop() {
      await browser.close();
      app.closeAllConnections();
      await new Promise((resolve) => app.close(resolve));
      for (const node of [...otherNodes, server]) await node.stop();
    },
  };
}

/** The code that an authenticator app shows for a secret; `stepsAhead` for the one after it. */
export function appCode(secret: string, stepsAhead = 0): string {
  const totp = new TOTP({ secret: Secret.fromBase32(secret.replaceAll(' ', '')), digits: 6, period: 30 });
  return totp.generate({ timestamp: Date.now() + stepsAhead * 30_000 });
}

/** Gives the browser a virtual authenticator that stores passkeys and always confirms at once. */
export async function addAuthenticator(
  page: Page,
  options: {
    readonly transport?: 'internal' | 'usb';
    readonly isUserVerified?: boolean;
    readonly isSynced?: boolean;
  } = {},
): Promise<{ setUserVerified(isVerified: boolean): Promise<void>; setPresent(isPresent: boolean): Promise<void> }> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const isInternal = options.transport !== 'usb';
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: options.transport ?? 'internal',
      hasResidentKey: isInternal,
      hasUserVerification: true,
      isUserVerified: options.isUserVerified ?? true,
      automaticPresenceSimulation: true,
      defaultBackupEligibility: options.isSynced ?? false,
      defaultBackupState: options.isSynced ?? false,
    },
  });
  return {
    setUserVerified: async (isUserVerified) => {
      await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
    },
    setPresent: async (enabled) => {
      await session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });
    },
  };
}
