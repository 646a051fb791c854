/** The built program, a browser, and operators in it: for journeys through the portal. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { readConfig } from '../../src/config/config.ts';
import { systemRuntime } from '../../src/runtime/system-runtime.ts';
import { admitMember, invitationUrl, preparePortalTenant } from '../../src/storage/invite-operator.ts';
import { openStorage } from '../../src/storage/open-storage.ts';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { launchBrowser } from '../rig/browser.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import { addAuthenticator } from '../ui/site.ts';

export interface PortalSite {
  /** Of the server, with the host name that passkeys are bound to. */
  readonly url: string;
  readonly tenantId: string;
  readonly secretKey: string;
  readonly databaseUrl: string;
  readonly managementKey: string;
  /** A page with a browser context and a virtual authenticator of its own. */
  open(options?: BrowserContextOptions): Promise<OpenPortal>;
  /** Invites an admin, as the command line does. Returns the address of the page that redeems it. */
  invite(email: string): Promise<string>;
  /** A page in which an operator has come in by an invitation. */
  admin(email: string, options?: BrowserContextOptions): Promise<OpenPortal>;
  stop(): Promise<void>;
}

export interface OpenPortal {
  readonly page: Page;
  /** Script errors, policy violations, dialogs of the browser, and requests to other hosts. */
  readonly problems: string[];
  close(): Promise<void>;
}

/** Waits until a key has led to a field: what is typed before goes elsewhere. */
export const fieldFocused = (page: Page) => page.locator('input:focus, select:focus, textarea:focus').waitFor();

/** `settings`: what a server needs for what is not usual. */
export async function startPortal(settings: Readonly<Record<string, string>> = {}): Promise<PortalSite> {
  const credentials = testCredentials();
  const databaseUrl = await createPostgresDatabase();
  const variables = { ...credentials, ...settings, DATABASE_URL: databaseUrl };
  const [server, browser] = await Promise.all([
    startServer({ ...variables, SALLYPORT_LOG_LEVEL: 'warn' }),
    launchBrowser(),
  ]);
  const url = server.url.replace('127.0.0.1', 'localhost');

  const open: PortalSite['open'] = async (options = {}) => {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      locale: 'en-GB',
      timezoneId: 'UTC',
      reducedMotion: 'reduce',
      ...options,
    });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('dialog', (dialog) => {
      problems.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' && !/Failed to load resource/.test(text)) problems.push(text);
    });
    page.on('request', (request) => {
      if (![url, 'data:', 'blob:'].some((start) => request.url().startsWith(start)))
        problems.push(`asked for ${request.url()}`);
    });
    await addAuthenticator(page);
    return { page, problems, close: () => context.close() };
  };
  const runtime = systemRuntime();
  const { db, seal } = await openStorage({ ...readConfig(variables, String), databasePoolSize: 1 }, runtime, () => {});
  const invite: PortalSite['invite'] = (email) =>
    db.transaction(async (sql) => {
      await preparePortalTenant(sql, { runtime, seal });
      const member = {
        memberOf: variables.SALLYPORT_TENANT_ID,
        email,
        name: email.split('@')[0] ?? '',
        roles: ['ADMIN'],
      };
      const invited = await admitMember(sql, { runtime }, member);
      return invitationUrl(url, (await invited.invite()).secret);
    });
  return {
    url,
    tenantId: credentials.SALLYPORT_TENANT_ID,
    secretKey: credentials.SALLYPORT_SECRET_KEY,
    databaseUrl,
    managementKey: credentials.SALLYPORT_MANAGEMENT_KEY,
    open,
    invite,
    async admin(email, options) {
      const opened = await open(options);
      await opened.page.goto(await invite(email));
      await opened.page.getByRole('button', { name: 'Make a passkey' }).click();
      await opened.page.getByRole('navigation', { name: 'Pages' }).waitFor();
      return opened;
    },
    async stop() {
      await browser.close();
      await db.close();
      await server.stop();
    },
  };
}
