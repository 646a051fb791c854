/** The only file that knows every room: it wires them by hand. */
import { fileURLToPath } from 'node:url';
import { versionOfPackage } from './runtime/version.ts';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { openApiDocument } from './contract/openapi.ts';
import { Refusal } from './contract/errors.ts';
import type { ErrorCode } from './contract/errors.ts';
import { routes } from './contract/index.ts';
import { isVerification } from './contract/route.ts';
import type { Route } from './contract/route.ts';
import type { Credentials } from './delivery/api-provider.ts';
import type { Email, Mailer } from './delivery/email/mailer.ts';
import { pushEndpoints } from './delivery/push/pusher.ts';
import type { PushEndpoints } from './delivery/push/pusher.ts';
import { tenantPushers } from './delivery/push/tenant-pushers.ts';
import type { Inbox } from './delivery/inbox.ts';
import { openRelays } from './delivery/relays.ts';
import type { Text } from './delivery/text/texter.ts';
import type { Oidc } from './delivery/oidc.ts';
import type { Outbound } from './delivery/outbound.ts';
import type { Enrichment } from './enrichment/enrichment.ts';
import { createServer } from './http/create-server.ts';
import { limitFailures } from './http/limit-failures.ts';
import { limitRate } from './http/limit-rate.ts';
import { createMetrics } from './http/metrics.ts';
import type { Metrics } from './http/metrics.ts';
import { followRequests } from './http/open-requests.ts';
import type { OpenRequests } from './http/open-requests.ts';
import { openLiveSockets } from './http/live-sockets.ts';
import { openPages } from './http/pages.ts';
import { registerPortal } from './http/portal.ts';
import { registerPipeline } from './http/pipeline.ts';
import { registerServiceRoutes } from './http/service-routes.ts';
import { describeJobs, jobsOn, stateOf } from './jobs/describe-jobs.ts';
import type { JobContext } from './jobs/job.ts';
import { runJobs } from './jobs/run-jobs.ts';
import { storeCounts } from './jobs/store-counts.ts';
import { storeHours } from './jobs/store-hours.ts';
import { admitCaller } from './callers/admit-caller.ts';
import { clientDirectory } from './callers/client-directory.ts';
import { operatorDirectory } from './callers/operator-directory.ts';
import { operations } from './operations/index.ts';
import type { Context } from './calls/context.ts';
import type { ClientCaller, OperatorCaller } from './calls/caller.ts';
import { republishRuleSets } from './configuring/republish-rule-sets.ts';
import { carryEarlierGuesses } from './counting/carry-earlier-guesses.ts';
import { holdFactors } from './proving/settle-factors.ts';
import { noteAttempt, sendEvents, settleEvents } from './telling/deliver-events.ts';
import { sendNoticeMail } from './telling/send-notice-mail.ts';
import { recordLockEvent } from './telling/record-lock-event.ts';
import { sendEarlierAlertMail, sendOperatorMail } from './telling/send-operator-mail.ts';
import { providersFingerprint } from './telling/own-providers.ts';
import { undeliverableMethods } from './telling/usable-methods.ts';
import type { Installation } from './calls/installation.ts';
import type { Meter } from './calls/meter.ts';
import { tenantCounts } from './calls/tenant-counts.ts';
import type { TenantCounts } from './calls/tenant-counts.ts';
import { warnOnceAMinute } from './calls/warn-once-a-minute.ts';
import type { WarnOnceAMinute } from './calls/warn-once-a-minute.ts';
import { digestsEqual, sha256 } from './runtime/crypto.ts';
import { packageRoot } from './runtime/package-root.ts';
import type { Runtime } from './runtime/runtime.ts';
import { TurnsBusy } from './runtime/turns.ts';
import { loadSchemaState } from './storage/migrate.ts';
import { countOtherActions, loadPreparedUntil } from './storage/queries/actions/months.ts';
import { countNodes } from './storage/queries/heartbeats.ts';
import { loadServerVersion } from './storage/queries/tenants.ts';
import { watchDatabase } from './storage/watch-database.ts';
import type { DatabaseWatch } from './storage/watch-database.ts';
import { countedTenant } from './deciding/series-question.ts';
import { openChallengeNews } from './storage/challenge-news.ts';
import { openPublished } from './storage/published.ts';
import type { KeyHolder, Published } from './storage/published.ts';
import type { Seal } from './storage/seal.ts';
import { DatabaseUnavailable, onBehalfOf } from './storage/sql.ts';
import type { Database, Party } from './storage/sql.ts';
import { pageTexts } from './texts/languages.ts';
import { choosePageLocale } from './texts/page-locale.ts';

export interface AppOptions {
  readonly db: Database;
  /** The same database as the owner of its tables, if that is another role. */
  readonly owner?: Database;
  readonly enrichment: Enrichment;
  /** Delivers mail; undefined if none is configured. */
  readonly mailer: Mailer | undefined;
  /** This server's account of Amazon SES; undefined if none is configured. */
  readonly ses?: Credentials | undefined;
  /** In development: keeps what would have been sent, by what no provider is configured for. */
  readonly inbox: Inbox | undefined;
  /** Connects to hosts that tenants have configured. */
  readonly outbound: Outbound;
  /** The issuer at which operators may sign in; undefined if none is configured. */
  readonly oidc?: Oidc | undefined;
  /** Whether operators may sign in with a password and an authenticator app. */
  readonly takesPasswords: boolean;
  /** In place of the real push services. */
  readonly pushEndpoints?: PushEndpoints;
  readonly seal: Seal;
  readonly runtime: Runtime;
  readonly logger: FastifyBaseLogger;
  /** How many lines of the log could not be written so far; absent where none can be lost. */
  lostLogLines?(): number;
  readonly trustedProxies: readonly string[];
  readonly metricsToken: string | undefined;
  readonly isDevelopment: boolean;
  /** Calls a management key may make in ten seconds. */
  readonly managementRateLimit: number;
  /** Calls to the client API without a token that an address may make in a minute. */
  readonly anonymousRateLimit: number;
  /** Live connections that this node holds at most. */
  readonly liveSocketsMax: number;
  /** Asked at each use, because a free port is known only once the server listens. */
  publicUrl(): string;
  /** Called with every response before it is written. */
  inspectReply?(route: Route, reply: unknown): void;
}

export interface App {
  readonly server: FastifyInstance;
  readonly context: Context;
  readonly openRequests: OpenRequests;
  /** From now on `/readyz` fails, so that load balancers send requests elsewhere. */
  startDraining(): void;
  /** Stops timers and the database. The caller that listens stops the HTTP server. */
  close(): Promise<void>;
}

const pagesFolder = fileURLToPath(new URL('dist/pages', packageRoot));
const portalFolder = fileURLToPath(new URL('dist/portal', packageRoot));

/** Builds the whole program on an open, migrated database. */
export async function createApp(options: AppOptions): Promise<App> {
  const { db, seal, runtime, logger, enrichment } = options;
  const warn = (error: unknown) => logger.warn({ err: error }, 'background task failed');
  await republishRuleSets(db, runtime, warn);
  const published = await openPublished(db, seal, runtime, warn);
  await carryEarlierGuesses(db, published);
  const mailRelays = openRelays<Email>();
  const textRelays = openRelays<Text>();
  const challengeNews = await openChallengeNews(db, runtime, warn);
  const metrics = createMetrics(
    { version: versionOfPackage(), node: process.version, database: db.kind },
    {
      poolStatus: () => db.poolStatus(),
      lostLogLines: options.lostLogLines ?? (() => 0),
      liveSockets: () => sockets.count(),
      nowMs: () => runtime.clock.now(),
      ofDatabase: soon(runtime, scrapePatienceMs, () => describeJobs(db, runtime.clock.now())),
      dataFiles: () => dataFiles(enrichment),
      openBreakers: () => openBreakers(),
      isConfigurationCurrent: () => published.status().isCurrent,
    },
  );
  const counts = tenantCounts(runtime.clock);
  const pushers = tenantPushers(options.pushEndpoints ?? pushEndpoints);
  published.onChange(() => {
    for (const relays of [mailRelays, textRelays]) {
      relays.closeStale((tenantId, method) => {
        const tenant = published.tenant(tenantId);
        return tenant === undefined ? undefined : providersFingerprint(tenant, method);
      });
    }
  });
  const context: Context = {
    db,
    seal,
    runtime,
    published,
    challengeNews,
    enrichment,
    mailer: options.mailer ?? options.inbox?.mailer,
    ses: options.ses,
    texter: options.inbox?.texter,
    mailRelays,
    textRelays,
    pushers,
    outbound: options.outbound,
    oidc: options.oidc,
    takesPasswords: options.takesPasswords,
    inbox: options.inbox,
    warn,
    warnOnceAMinute: warnOnceAMinute(runtime.clock, warn),
    meter: meterOf(metrics, counts),
    installation: soon(runtime, lookPatienceMs, () => describe()),
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
  const nodeId = runtime.ids.uuid();
  const watch = await watchDatabase(db, runtime, { nodeId, warn, readings: metrics });
  const warnAndThrow = (error: unknown) => {
    // A refusal was already logged where it was thrown.
    if (!(error instanceof Refusal)) warn(error);
    throw error;
  };
  const jobContext: JobContext = {
    db,
    owner: options.owner ?? db,
    runtime,
    counted: () => [...published.tenants()].map(countedTenant),
    deliver: {
      notice: (row) => sendNoticeMail(context, row).catch(warnAndThrow),
      // Only rows of earlier releases.
      alert: (row) => sendEarlierAlertMail(context, row).catch(warnAndThrow),
      'lock-event': (row) => recordLockEvent(context, row).catch(warnAndThrow),
      'operator-mail': (row) => sendOperatorMail(context, row).catch(warnAndThrow),
    },
    underWay: new Map(),
    events: {
      send: (taken) => sendEvents(context, taken),
      settle: async (taken, attempt) => void (await settleEvents(context, taken, attempt)),
      note: (sql, taken, attempt) => noteAttempt(sql, context, taken, attempt),
      requests: new Map(),
      slow: new Map(),
    },
    warn,
    tell: (members, sentence) => logger.info(members, sentence),
    counts: { nodeId, ...counts },
    settleFactors: (tenantId, userId) =>
      db.transaction(async (sql) => void (await holdFactors(sql, context, tenantId, userId))),
  };
  const runningJobs = await runJobs(jobsOn(db.kind), jobContext, {
    nodeId,
    isAlone: db.kind === 'embedded',
    observe: metrics.jobRan,
  });
  let isDraining = false;
  const isReady = () => readiness(db, published, watch, isDraining, context.warnOnceAMinute);
  const openBreakers = () => [...mailRelays.openBreakers(), ...textRelays.openBreakers()];
  const describe = () => describeInstallation(db, runtime, { isReady, openBreakers });

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
  const openRequests = followRequests(server);
  // Asks clients to close keep-alive connections during the drain: one that is closed at its end could have a request
  // in flight.
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (isDraining) void reply.header('connection', 'close');
    done(null, payload);
  });
  pages.register(server);
  registerPortal(server, { folder: portalFolder, isDevelopment: options.isDevelopment });
  const limits = {
    management: limitRate(runtime.clock, { callsMax: options.managementRateLimit, windowMs: 10_000 }),
    anonymous: limitRate(runtime.clock, { callsMax: options.anonymousRateLimit, windowMs: 60_000 }),
  };
  const isUnavailable = (error: unknown) => error instanceof DatabaseUnavailable || error instanceof TurnsBusy;
  const refused = (code: ErrorCode, tenantId: string | undefined) => {
    metrics.refused(code);
    if (tenantId !== undefined) counts.add(tenantId, 'refusals', code);
  };
  const { inspectReply } = options;
  const sockets = openLiveSockets(server, {
    clock: runtime.clock,
    timers: runtime.timers,
    logger,
    socketsMax: options.liveSocketsMax,
    anonymous: limits.anonymous,
    isUnavailable,
    refused,
  });
  registerPipeline<KeyHolder, ClientCaller | OperatorCaller>(server, {
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
    operators: operatorDirectory(context),
    failures: limitFailures(runtime.clock),
    limits,
    admit: admitCaller(db, runtime.clock, warn),
    metrics,
    refused,
    isUnavailable,
    pages,
    sockets,
    ...(inspectReply === undefined ? {} : { inspectReply }),
  });
  await registerServiceRoutes(server, {
    metrics,
    metricsToken: options.metricsToken,
    isDevelopment: options.isDevelopment,
    readiness: isReady,
    openApiDocument: () => openApiDocument(routes),
    secretsEqual: (left, right) => digestsEqual(sha256(left), sha256(right)),
  });

  return {
    server,
    context,
    openRequests,
    startDraining() {
      isDraining = true;
    },
    async close() {
      published.stop();
      challengeNews.stop();
      watch.stop();
      await storeCounts.run(jobContext).catch(warn);
      await storeHours.run(jobContext).catch(warn);
      await runningJobs.stop();
      // Waits for deliveries under way, or another node would deliver the same again.
      await Promise.all(jobContext.underWay.keys());
      await Promise.all(jobContext.events.requests.keys());
      enrichment.close();
      options.mailer?.close();
      mailRelays.close();
      textRelays.close();
      pushers.close();
      if (options.owner !== undefined && options.owner !== db) await options.owner.close();
      await db.close();
    },
  };
}

/** How long a scrape waits for the database: what it tells of the node itself must not be old. */
const scrapePatienceMs = 250;
/** And an operator who looks: longer, because nothing else is told meanwhile. */
const lookPatienceMs = 3_000;

/** Reads once at a time, however many ask, and rejects where that takes too long. */
function soon<Found>({ timers }: Runtime, patienceMs: number, read: () => Promise<Found>): () => Promise<Found> {
  let underWay: Promise<Found> | undefined;
  return () => {
    underWay ??= read().finally(() => (underWay = undefined));
    const isLate = new Promise<never>((_, reject) => {
      const patience = timers.timeout(patienceMs);
      patience.addEventListener('abort', () => reject(new DatabaseUnavailable('It did not answer in time.')), {
        once: true,
      });
    });
    return Promise.race([underWay, isLate]);
  };
}

/** Looks at the installation as a whole, for those who run it. */
async function describeInstallation(
  db: Database,
  { clock }: Pick<Runtime, 'clock'>,
  node: { readonly isReady: () => Promise<readonly string[]>; readonly openBreakers: () => readonly string[] },
): Promise<Installation> {
  const nowMs = clock.now();
  const { jobs, backlogs } = await describeJobs(db, nowMs);
  const kind = db.kind === 'embedded' ? 'embedded PostgreSQL' : 'PostgreSQL';
  return {
    nowMs,
    version: versionOfPackage(),
    database: `${kind} ${await loadServerVersion(db)}`,
    lacks: await node.isReady(),
    nodes: await countNodes(db, nowMs - 60_000),
    preparedUntilMs: await loadPreparedUntil(db),
    actionsWithoutMonth: await countOtherActions(db),
    openBreakers: node.openBreakers(),
    jobs: jobs.map((report) => ({
      name: report.job.name,
      intervalMs: report.job.intervalMs,
      state: stateOf(report),
      errorClass: report.run?.errorClass ?? null,
      startedAtMs: report.run?.startedAt ?? null,
      endedAtMs: report.run?.endedAt ?? null,
    })),
    waiting: backlogs,
  };
}

/** What this node lacks to serve requests. */
async function readiness(
  db: Database,
  published: Published,
  watch: DatabaseWatch,
  isDraining: boolean,
  tell: WarnOnceAMinute,
): Promise<readonly string[]> {
  if (isDraining) return ['stopping'];
  try {
    const { pending, fault } = await loadSchemaState(db);
    if (fault !== undefined) tell('schema', fault);
    return [
      ...watch.faults(),
      ...(fault === undefined ? [] : ['release']),
      ...(pending.length > 0 ? ['migrations'] : []),
      ...((await isCurrent(published)) ? [] : ['keys']),
    ];
  } catch {
    return ['database'];
  }
}

/** Repeats a refresh that failed: the next one may be seconds away, and the database may be back already. */
async function isCurrent(published: Published): Promise<boolean> {
  if (!published.status().isCurrent) await published.refresh().catch(() => undefined);
  return published.status().isCurrent;
}

/** Each is counted for this node, and for alerts of the tenant. */
function meterOf(metrics: Metrics, counts: TenantCounts): Meter {
  return {
    decided(tenantId, state) {
      metrics.decided(state);
      counts.add(tenantId, 'decisions', state);
    },
    proved(tenantId, method, result) {
      metrics.proved(method, result);
      counts.add(tenantId, result === 'accepted' ? 'acceptedProofs' : 'failedProofs', method);
    },
    lockedOut(tenantId, method) {
      metrics.lockedOut(method);
      counts.add(tenantId, 'lockouts', method);
    },
    sent(tenantId, provider, result) {
      metrics.sent(provider, result);
      counts.add(tenantId, 'sends', result);
    },
    judgedText(tenantId, reason, result) {
      metrics.judgedText(reason, result);
      if (result !== 'sent') counts.add(tenantId, 'refusedTexts', reason);
    },
    replayed: (what) => metrics.replayed(what),
  };
}

/** The data files that are configured. */
function dataFiles(enrichment: Enrichment) {
  return enrichment.sources().flatMap(({ name, state, problem, builtAt }) =>
    state === 'missing'
      ? []
      : [
          {
            name,
            isUsable: state === 'ok' && problem === null,
            builtAtMs: builtAt === null ? null : Date.parse(builtAt),
          },
        ],
  );
}
