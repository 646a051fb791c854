/** The only file that knows every room: it wires them by hand. */
import { fileURLToPath } from 'node:url';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { openApiDocument } from './contract/openapi.ts';
import { Refusal } from './contract/errors.ts';
import { routes } from './contract/index.ts';
import { isVerification } from './contract/route.ts';
import type { Route } from './contract/route.ts';
import type { InboxMailer } from './delivery/email/inbox-mailer.ts';
import type { Mailer } from './delivery/email/mailer.ts';
import { tenantMailers } from './delivery/email/tenant-mailers.ts';
import type { Outbound } from './delivery/outbound.ts';
import type { Enrichment } from './enrichment/enrichment.ts';
import { createServer } from './http/create-server.ts';
import { limitFailures } from './http/limit-failures.ts';
import { limitRate } from './http/limit-rate.ts';
import { createMetrics } from './http/metrics.ts';
import { openPages } from './http/pages.ts';
import { registerPipeline } from './http/pipeline.ts';
import { registerServiceRoutes } from './http/service-routes.ts';
import { jobs } from './jobs/index.ts';
import type { JobContext } from './jobs/job.ts';
import { admitCaller } from './operations/admit-caller.ts';
import { clientDirectory } from './operations/client-directory.ts';
import { operations } from './operations/index.ts';
import type { ClientCaller, Context } from './operations/operation.ts';
import { republishRuleSets } from './operations/republish-rule-sets.ts';
import { carryEarlierGuesses } from './proving/carry-earlier-guesses.ts';
import { holdFactors } from './proving/settle-factors.ts';
import { sendNoticeMail } from './operations/send-notice-mail.ts';
import { mailFingerprint } from './operations/tenant-mailer.ts';
import { undeliverableMethods } from './operations/usable-methods.ts';
import { warnOnceAMinute } from './operations/warn-once-a-minute.ts';
import { digestsEqual, sha256 } from './runtime/crypto.ts';
import type { Runtime } from './runtime/runtime.ts';
import { TurnsBusy } from './runtime/turns.ts';
import { pendingMigrations } from './storage/migrate.ts';
import { watchDatabase } from './storage/watch-database.ts';
import type { DatabaseWatch } from './storage/watch-database.ts';
import { openPublished } from './storage/published.ts';
import type { Caller, Published } from './storage/published.ts';
import type { Seal } from './storage/seal.ts';
import { DatabaseUnavailable, onBehalfOf } from './storage/sql.ts';
import type { Database, Party } from './storage/sql.ts';
import { pageTexts } from './texts/languages.ts';
import { choosePageLocale } from './texts/page-locale.ts';

export interface AppOptions {
  readonly db: Database;
  readonly enrichment: Enrichment;
  /** Delivers mail; undefined where none is configured. */
  readonly mailer: Mailer | undefined;
  /** In development without a mail server: what would have been sent. */
  readonly inbox: InboxMailer | undefined;
  /** Connects to places that tenants have chosen. */
  readonly outbound: Outbound;
  readonly seal: Seal;
  readonly runtime: Runtime;
  readonly logger: FastifyBaseLogger;
  readonly trustedProxies: readonly string[];
  readonly metricsToken: string | undefined;
  readonly isDevelopment: boolean;
  /** Calls a management key may make in ten seconds. */
  readonly managementRateLimit: number;
  /** Calls to the client API without a token that an address may make in a minute. */
  readonly anonymousRateLimit: number;
  /** Asked at each use, because a free port is known only once the server listens. */
  publicUrl(): string;
  /** Looks at every answer before it is written. */
  inspectReply?(route: Route, reply: unknown): void;
}

export interface App {
  readonly server: FastifyInstance;
  readonly context: Context;
  /** From now on `/readyz` refuses, so that load balancers send requests elsewhere. */
  startDraining(): void;
  /** Stops timers and the database. The HTTP server is stopped by whoever listens. */
  close(): Promise<void>;
}

// The same place seen from src/ and from dist/.
const pagesFolder = fileURLToPath(new URL('../dist/pages', import.meta.url));

/** Builds the whole program on an open, migrated database. */
export async function createApp(options: AppOptions): Promise<App> {
  const { db, seal, runtime, logger, enrichment } = options;
  const warn = (error: unknown) => logger.warn({ err: error }, 'background task failed');
  await republishRuleSets(db, runtime, warn);
  const published = await openPublished(db, seal, runtime, warn);
  await carryEarlierGuesses(db, published);
  const metrics = createMetrics(() => db.poolStatus());
  const mailers = tenantMailers();
  published.onChange(() =>
    mailers.closeStale((tenantId) => {
      const tenant = published.tenant(tenantId);
      return tenant === undefined ? undefined : mailFingerprint(tenant);
    }),
  );
  const context: Context = {
    db,
    seal,
    runtime,
    published,
    enrichment,
    mailer: options.mailer ?? options.inbox,
    mailers,
    outbound: options.outbound,
    inbox: options.inbox,
    warn,
    warnOnceAMinute: warnOnceAMinute(runtime.clock, warn),
    metrics,
    isDevelopment: options.isDevelopment,
    get publicUrl() {
      return options.publicUrl();
    },
    forTenant: (tenantId) => contextFor({ tenantId, isVerification: false }),
  };
  const contextFor = (party: Party): Context => ({
    ...context,
    db: onBehalfOf(db, party),
    forTenant: (tenantId) => contextFor({ ...party, tenantId }),
  });
  for (const tenant of published.tenants()) {
    for (const [why, methods] of undeliverableMethods(context, tenant)) {
      logger.warn({ tenantId: tenant.tenantId, methods }, `These methods are enabled and nobody can use them: ${why}`);
    }
  }
  const watch = await watchDatabase(db, runtime, warn);
  const jobContext: JobContext = {
    db,
    runtime,
    deliver: {
      notice: (row) =>
        sendNoticeMail(context, row).catch((error: unknown) => {
          // A refusal was told of where it arose.
          if (!(error instanceof Refusal)) warn(error);
          throw error;
        }),
    },
    underWay: new Map(),
    warn,
    tell: (members, sentence) => logger.info(members, sentence),
    settleFactors: (tenantId, userId) =>
      db.transaction(async (sql) => void (await holdFactors(sql, context, tenantId, userId))),
  };
  const running = new Set<Promise<void>>();
  const stopJobs = jobs.map((job) =>
    runtime.timers.every(job.intervalMs, async () => {
      const run = job.run(jobContext).catch(warn);
      running.add(run);
      await run;
      running.delete(run);
    }),
  );
  let isDraining = false;

  const pages = await openPages(pagesFolder, {
    random: runtime.random,
    textsIn(wished) {
      const locale = choosePageLocale(wished);
      return { locale, texts: pageTexts[locale] };
    },
  });
  const server = createServer({
    ids: runtime.ids,
    logger,
    trustedProxies: options.trustedProxies,
    unreadablePage: pages.unreadable,
  });
  // Clients that keep their connection are asked to leave while there is time: one that is closed when the drain is over
  // could have a request on its way.
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (isDraining) void reply.header('connection', 'close');
    done(null, payload);
  });
  pages.register(server);
  registerPipeline<Caller, ClientCaller>(server, {
    handlers: operations.map((operation) => ({
      route: operation.route,
      handle: (request) =>
        operation.run(
          contextFor({
            tenantId: request.caller?.tenant.tenantId ?? null,
            isVerification: isVerification(operation.route),
            isGone: request.isGone,
          }),
          request,
        ),
    })),
    callers: published,
    clients: clientDirectory(context),
    anonymous: limitRate(runtime.clock, { callsMax: options.anonymousRateLimit, windowMs: 60_000 }),
    failures: limitFailures(runtime.clock),
    rates: { management: limitRate(runtime.clock, { callsMax: options.managementRateLimit, windowMs: 10_000 }) },
    admit: admitCaller(db, runtime.clock, warn),
    metrics,
    isUnavailable: (error) => error instanceof DatabaseUnavailable || error instanceof TurnsBusy,
    pages,
    ...(options.inspectReply === undefined ? {} : { inspectReply: options.inspectReply }),
  });
  await registerServiceRoutes(server, {
    metrics,
    metricsToken: options.metricsToken,
    isDevelopment: options.isDevelopment,
    readiness: () => readiness(db, published, watch, isDraining),
    openApiDocument: () => openApiDocument(routes),
    secretsEqual: (left, right) => digestsEqual(sha256(left), sha256(right)),
  });

  return {
    server,
    context,
    startDraining() {
      isDraining = true;
    },
    async close() {
      published.stop();
      watch.stop();
      for (const stop of stopJobs) stop();
      // What is being delivered is settled first, or another node would deliver it again.
      await Promise.all(running);
      await Promise.all(jobContext.underWay.keys());
      enrichment.close();
      options.mailer?.close();
      mailers.close();
      await db.close();
    },
  };
}

/** What this node lacks to serve. */
async function readiness(
  db: Database,
  published: Published,
  watch: DatabaseWatch,
  isDraining: boolean,
): Promise<readonly string[]> {
  if (isDraining) return ['stopping'];
  try {
    const pending = await pendingMigrations(db);
    return [
      ...watch.faults(),
      ...(pending.length > 0 ? ['migrations'] : []),
      ...((await isCurrent(published)) ? [] : ['keys']),
    ];
  } catch {
    return ['database'];
  }
}

/** Makes up for a look that failed: the next one may be seconds away, and what it was for is there again. */
async function isCurrent(published: Published): Promise<boolean> {
  if (!published.status().isCurrent) await published.refresh().catch(() => undefined);
  return published.status().isCurrent;
}
