import type { Writable } from 'node:stream';
import { createApp } from '../app.ts';
import type { App } from '../app.ts';
import type { Route } from '../contract/route.ts';
import type { Credentials } from '../delivery/api-provider.ts';
import type { Mailer } from '../delivery/email/mailer.ts';
import type { Texter } from '../delivery/text/texter.ts';
import { isKeptEmail, openInbox } from '../delivery/inbox.ts';
import type { KeptEmail, KeptText } from '../delivery/inbox.ts';
import { openNames } from '../delivery/names.ts';
import type { Names } from '../delivery/names.ts';
import type { PushEndpoints } from '../delivery/push/pusher.ts';
import { openOidc } from '../delivery/oidc.ts';
import type { OidcOptions } from '../delivery/oidc.ts';
import { openOutbound } from '../delivery/outbound.ts';
import type { Outbound } from '../delivery/outbound.ts';
import { openEnrichment } from '../enrichment/enrichment.ts';
import type { Enrichment, EnrichmentOptions } from '../enrichment/enrichment.ts';
import { createLogger } from '../http/logger.ts';
import { createApiKey } from '../storage/create-api-key.ts';
import { createTenant } from '../storage/create-tenant.ts';
import { publishConfig } from '../storage/queries/tenants.ts';
import { createSeal } from '../storage/seal.ts';
import type { Database } from '../storage/sql.ts';
import { testDatabase } from './test-database.ts';
import type { DatabaseKind } from './test-database.ts';
import { virtualRuntime } from '../runtime/virtual-runtime.ts';
import type { VirtualRuntime } from '../runtime/virtual-runtime.ts';

export interface TestTenant {
  readonly tenantId: string;
  readonly secretKey: string;
  readonly managementKey: string;
}

export interface TestReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
  readonly text: string;
  /** The parsed body; undefined when there is none or it is not JSON. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into answers of every shape
  readonly body: any;
}

export interface TestCall {
  /** Server key of the test tenant unless given; null sends no key. */
  readonly key?: string | null;
  /** A short-lived token, sent in place of a key. */
  readonly token?: string;
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly rawBody?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly remoteAddress?: string;
}

export interface TestApp {
  readonly app: App;
  readonly db: Database;
  readonly runtime: VirtualRuntime;
  readonly tenant: TestTenant;
  /** Every log line so far, as text. */
  logText(): string;
  /** Asks the real pipeline, without a socket. */
  call(method: string, path: string, call?: TestCall): Promise<TestReply>;
  createTenant(name: string): Promise<TestTenant>;
  /** Mail that was sent, latest first. */
  mail(): readonly KeptEmail[];
  /** Texts that were sent, latest first. */
  texts(): readonly KeptText[];
  close(): Promise<void>;
}

export const testPublicUrl = 'http://localhost:4000';

/** The whole program on its own database, with one tenant and a virtual runtime. Every response is checked against the contract. */
export async function testApp(
  kind: DatabaseKind,
  options: {
    readonly db?: Database;
    /** The same database as the owner of its tables. */
    readonly owner?: Database;
    readonly trustedProxies?: readonly string[];
    readonly metricsToken?: string;
    readonly managementRateLimit?: number;
    readonly anonymousRateLimit?: number;
    readonly liveSocketsMax?: number;
    readonly isDevelopment?: boolean;
    readonly enrichment?: EnrichmentOptions;
    /** Instead of the inbox's. */
    readonly texter?: Texter;
    /** Instead of the inbox; null for a server that cannot send mail. */
    readonly mailer?: Mailer | null;
    readonly ses?: Credentials;
    /** As SALLYPORT_OUTBOUND_ALLOW. */
    readonly outboundAllow?: readonly string[];
    /** In place of real connections to targets of tenants. */
    readonly outbound?: Outbound;
    /** In place of the services of Apple and Google. */
    readonly pushEndpoints?: PushEndpoints;
    /** As SALLYPORT_OIDC_*. */
    readonly oidc?: OidcOptions;
    /** As SALLYPORT_OPERATOR_PASSWORDS. */
    readonly takesPasswords?: boolean;
    /** In place of the system's names. */
    readonly names?: Names;
    /** As SALLYPORT_MASTER_KEY. */
    readonly masterKeys?: readonly Buffer[];
    /** For a second node on the same database, whose ids must differ. */
    readonly seed?: string;
    /** As SALLYPORT_PUBLIC_URL. */
    readonly publicUrl?: string;
  } = {},
): Promise<TestApp> {
  const db = options.db ?? (await testDatabase(kind));
  const runtime = virtualRuntime(options.seed);
  const seal = createSeal(options.masterKeys ?? [Buffer.alloc(32, 7)], runtime.random);
  const lines: string[] = [];
  const logger = createLogger('trace', {
    write(line: string) {
      lines.push(line);
    },
  } as Writable);
  const enrichment =
    options.enrichment === undefined
      ? await bundledEnrichment()
      : await openEnrichment(options.enrichment, runtime, () => undefined);
  const inbox = openInbox(runtime.clock);
  const app = await createApp({
    db,
    ...(options.owner === undefined ? {} : { owner: options.owner }),
    enrichment,
    mailer: options.mailer ?? undefined,
    ses: options.ses,
    inbox: options.mailer === undefined ? { ...inbox, texter: options.texter ?? inbox.texter } : undefined,
    outbound: options.outbound ?? openOutbound(options.outboundAllow ?? [], options.names ?? openNames(runtime)),
    ...(options.pushEndpoints === undefined ? {} : { pushEndpoints: options.pushEndpoints }),
    ...(options.oidc === undefined ? {} : { oidc: openOidc(options.oidc, { names: openNames(runtime), ...runtime }) }),
    takesPasswords: options.takesPasswords ?? true,
    seal,
    runtime,
    logger,
    trustedProxies: options.trustedProxies ?? [],
    metricsToken: options.metricsToken,
    managementRateLimit: options.managementRateLimit ?? 100,
    anonymousRateLimit: options.anonymousRateLimit ?? 60,
    liveSocketsMax: options.liveSocketsMax ?? 1_000,
    isDevelopment: options.isDevelopment ?? true,
    publicUrl: () => options.publicUrl ?? testPublicUrl,
    inspectReply: requireDeclared,
  });

  async function createTestTenant(name: string): Promise<TestTenant> {
    const tenantId = runtime.ids.uuid();
    const keys = await db.transaction(async (sql) => {
      await createTenant(sql, { runtime, seal }, { tenantId, name });
      const server = await createApiKey(sql, { runtime, seal }, { tenantId, kind: 'server', name: 'test' });
      const management = await createApiKey(sql, { runtime, seal }, { tenantId, kind: 'management', name: 'test' });
      await publishConfig(sql, tenantId);
      return { secretKey: server.key, managementKey: management.key };
    });
    await app.context.published.refresh();
    return { tenantId, ...keys };
  }

  const tenant = await createTestTenant('Test tenant');
  await app.server.ready();
  return {
    app,
    db,
    runtime,
    tenant,
    logText: () => lines.join(''),
    createTenant: createTestTenant,
    mail: () => inbox.messages().filter(isKeptEmail),
    texts: () => inbox.messages().flatMap((message) => (isKeptEmail(message) ? [] : [message])),
    async call(method, path, call = {}) {
      const key = call.key === undefined ? tenant.secretKey : call.key;
      const credential = key === null ? undefined : `Basic ${Buffer.from(`${key}:`).toString('base64')}`;
      const authorization = call.token === undefined ? credential : `Bearer ${call.token}`;
      const payload = call.rawBody ?? (call.body === undefined ? undefined : JSON.stringify(call.body));
      const response = await app.server.inject({
        method: method as 'GET',
        url: path,
        headers: {
          ...(authorization === undefined ? {} : { authorization }),
          ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
          ...call.headers,
        },
        ...(payload === undefined ? {} : { payload }),
        ...(call.remoteAddress === undefined ? {} : { remoteAddress: call.remoteAddress }),
      });
      const [type] = String(response.headers['content-type']).split(';');
      const isJson = type === 'application/json' && response.payload !== '';
      return {
        status: response.statusCode,
        headers: response.headers,
        text: response.payload,
        body: isJson ? (JSON.parse(response.payload) as unknown) : undefined,
      };
    },
    async close() {
      await app.server.close();
      await app.close();
    },
  };
}

let bundled: Promise<Enrichment> | undefined;

/** The bundled data files, read once: they never change, and reading them takes longer than most tests. */
async function bundledEnrichment(): Promise<Enrichment> {
  bundled ??= openEnrichment({}, virtualRuntime(), () => undefined);
  return { ...(await bundled), close: () => undefined };
}

/** Fails a test whose operation answers something that its route does not declare. */
function requireDeclared(route: Route, reply: unknown): void {
  const travelled: unknown = reply === undefined ? undefined : JSON.parse(JSON.stringify(reply));
  const parsed = route.reply.kind === 'noContent' ? undefined : route.reply.schema.parse(travelled);
  const declared = JSON.stringify(sorted(parsed));
  const sent = JSON.stringify(sorted(travelled));
  if (declared !== sent)
    throw new Error(`${route.id} answered members that its route does not declare: ${sent} instead of ${declared}`);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}
