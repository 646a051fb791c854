/** The built program, a browser, and an app of the tenant on another origin: what journeys through the pages need. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { Secret, TOTP } from 'otpauth';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { ask } from '../rig/api.ts';
import type { ApiReply } from '../rig/api.ts';
import { launchBrowser } from '../rig/browser.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';

export interface Site {
  /** Of the server, by the name that passkeys are bound to. */
  readonly url: string;
  /** Of the app that the pages go back to. It answers every path with a page that says so. */
  readonly appUrl: string;
  readonly browser: Browser;
  api(method: string, path: string, body?: object): Promise<ApiReply['body']>;
  manage(method: string, path: string, body?: object): Promise<ApiReply['body']>;
  /** Tracks an action, as the app's backend would. */
  track(userId: string, action: string, body?: object): Promise<{ readonly url: string; readonly token: string }>;
  /** What the action has become, as the app's backend asks. */
  validate(token: string): Promise<ApiReply['body']>;
  /** A page of its own, with nothing remembered. Problems of the console go to `problems`. */
  open(options?: BrowserContextOptions): Promise<OpenPage>;
  output(): string;
  stop(): Promise<void>;
}

export interface OpenPage {
  readonly page: Page;
  /** Errors of scripts, violations of the policy, and requests to anywhere but the server and the app. */
  readonly problems: string[];
  close(): Promise<void>;
}

const officialSdk = readFileSync(new URL('../../node_modules/@authsignal/browser/dist/index.js', import.meta.url));

/** `appPage` gives what stands in the app's page at a path; the official browser SDK is at `/authsignal.js`. */
export async function startSite(appPage: (path: string) => string = () => ''): Promise<Site> {
  const credentials = testCredentials();
  const server = await startServer({
    ...credentials,
    DATABASE_URL: await createPostgresDatabase(),
    SALLYPORT_LOG_LEVEL: 'warn',
  });
  const app = createServer((request, response) => {
    if (request.url === '/authsignal.js') {
      response.setHeader('content-type', 'text/javascript');
      response.end(officialSdk);
      return;
    }
    if (request.url?.includes('no-referrer') === true) response.setHeader('referrer-policy', 'no-referrer');
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><title>The app</title><h1>The app</h1>${appPage(request.url ?? '/')}`);
  });
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  const browser = await launchBrowser();
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
    output: () => server.output(),
    async stop() {
      await browser.close();
      app.closeAllConnections();
      await new Promise((resolve) => app.close(resolve));
      await server.stop();
    },
  };
}

/** The code that an authenticator app shows for a secret; `stepsAhead` for the one after it. */
export function appCode(secret: string, stepsAhead = 0): string {
  const totp = new TOTP({ secret: Secret.fromBase32(secret.replaceAll(' ', '')), digits: 6, period: 30 });
  return totp.generate({ timestamp: Date.now() + stepsAhead * 30_000 });
}

/** Gives the browser a device that keeps passkeys and says yes at once. */
export async function addAuthenticator(
  page: Page,
  options: { readonly transport?: 'internal' | 'usb'; readonly isUserVerified?: boolean } = {},
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
