import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import { openEnrichment } from '../enrichment/enrichment.ts';
import { inboxMailer } from '../delivery/email/inbox-mailer.ts';
import { smtpMailer } from '../delivery/email/smtp-mailer.ts';
import { openNames } from '../delivery/names.ts';
import { openOutbound } from '../delivery/outbound.ts';
import { createLogger } from '../http/logger.ts';
import { listen } from '../http/listen.ts';
import { systemRuntime } from '../runtime/system-runtime.ts';
import { createFirstTenant } from '../storage/first-tenant.ts';
import type { FirstTenant } from '../storage/first-tenant.ts';
import { migrate } from '../storage/migrate.ts';
import { anchorClock, checkSeal, openStorage } from '../storage/open-storage.ts';
import { DatabaseUnfit } from '../storage/prepare-schema.ts';
import type { Command } from './command.ts';
import { readOptions } from './read-options.ts';

export const serve: Command = {
  name: 'serve',
  summary: 'Run the server.',
  help: `Usage: sallyport serve

Runs the server on SALLYPORT_HOST and SALLYPORT_PORT (127.0.0.1:4000). Without DATABASE_URL it works on the embedded
database in SALLYPORT_DATA_DIR (./.sallyport). The schema is brought up to date first, and the first tenant is made if
there is none; its keys go to credentials.env in the data directory.

On SIGTERM it keeps serving for SALLYPORT_DRAIN_SECONDS while /readyz refuses, then finishes what is in flight and
exits 0. On SIGINT it does not wait. A second signal ends it at once.
`,
  async run(words) {
    readOptions(words, []);
    const stop = listenForStop();
    const config = loadConfig();
    const logger = createLogger(config.logLevel);
    const runtime = systemRuntime();
    const warn = (error: Error) => logger.warn({ err: error }, 'database');
    const { db, seal, masterKeyPlace, isDurable } = await openStorage(config, runtime, warn);
    await migrate(db);
    await checkSeal(db, seal, masterKeyPlace);
    const { fault, warning } = await anchorClock(db, runtime);
    if (fault !== undefined) throw new DatabaseUnfit(fault);
    if (warning !== undefined) logger.warn(warning);
    if (!isDurable && config.mode === 'production') {
      logger.warn(
        'The embedded database cannot sync to this disk: a loss of power can lose the last commits. Use DATABASE_URL.',
      );
    }
    const firstTenant = await createFirstTenant(db, { runtime, seal }, config.seed);
    // Before anything else can fail, such as listening on a port that is taken: the keys are in clear nowhere else.
    if (firstTenant !== undefined && !isSeeded(config)) {
      writeCredentials(config, config.publicUrl ?? `http://localhost:${config.port}`, firstTenant);
    }

    const enrichment = await openEnrichment(config.enrichment, runtime, (problem) => logger.warn(problem, 'data file'));

    const names = openNames({ clock: runtime.clock });
    const mailer = config.smtp === undefined ? undefined : smtpMailer(config.smtp, names);
    const inbox = mailer === undefined && config.mode === 'development' ? inboxMailer(runtime.clock) : undefined;
    if (inbox !== undefined) logger.info('no mail server is configured: messages are kept at /dev/inbox');

    let publicUrl = config.publicUrl ?? `http://localhost:${config.port}`;
    // Most of the program. No other command needs it, nor does a start that is refused for its settings or its database.
    const { createApp } = await import('../app.ts');
    const app = await createApp({
      db,
      enrichment,
      mailer,
      inbox,
      outbound: openOutbound(config.outboundAllow, names),
      seal,
      runtime,
      logger,
      trustedProxies: config.trustedProxies,
      metricsToken: config.metricsToken,
      managementRateLimit: config.managementRateLimit,
      anonymousRateLimit: config.anonymousRateLimit,
      isDevelopment: config.mode === 'development',
      publicUrl: () => publicUrl,
    });
    const listener = await listen(app.server, {
      host: config.host,
      port: config.port,
      startDraining: app.startDraining,
      wait: (ms) => wait(ms, undefined, { ref: true }),
    });
    publicUrl = config.publicUrl ?? `http://localhost:${listener.port}`;
    // Before anybody is told that the server is ready, so that no signal meets a process that would just die.
    const signalled = stop.signal();
    process.stdout.write(greeting(config, publicUrl, firstTenant));

    const signal = await signalled;
    logger.info({ signal }, 'stopping');
    await listener.stop(signal === 'SIGTERM' ? config.drainSeconds * 1000 : 0);
    await app.close();
    logger.info('stopped');
    logger.flush();
  },
};

/**
 * Hears SIGTERM and SIGINT from the start, because the first process of a container is not ended by a signal that nobody
 * listens for. Until `signal` is asked for there is nothing to finish, and the process ends at once.
 */
function listenForStop(): { signal(): Promise<NodeJS.Signals> } {
  // eslint-disable-next-line n/no-process-exit -- nothing is left to finish, or a second signal is the operator's "now"
  const end = () => process.exit(1);
  let onSignal: (name: NodeJS.Signals) => void = end;
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => onSignal(name));
  return {
    signal: () =>
      new Promise((resolvePromise) => {
        onSignal = (name) => {
          onSignal = end;
          resolvePromise(name);
        };
      }),
  };
}

/** What a person sees at the start. Keys are printed in development only, and only if the server made them itself. */
function greeting(config: Config, publicUrl: string, firstTenant: FirstTenant | undefined): string {
  const file = credentialsFile(config);
  const lines = [`Sallyport is ready at ${publicUrl} (API documentation: ${publicUrl}/docs).`];
  if (firstTenant === undefined) {
    if (existsSync(file)) lines.push(`The keys of the first tenant are in ${file}.`);
  } else if (isSeeded(config)) {
    lines.push(`The first tenant ${firstTenant.tenantId} was made with the keys given.`);
  } else {
    writeCredentials(config, publicUrl, firstTenant);
    lines.push(`The first tenant was made; its keys are in ${file}.`);
    if (config.mode === 'development')
      lines.push('', ...credentialLines(publicUrl, firstTenant), '', 'Try it:', curl(publicUrl, firstTenant));
  }
  return `${lines.join('\n')}\n`;
}

function credentialLines(publicUrl: string, tenant: FirstTenant): readonly string[] {
  return [
    `SALLYPORT_URL=${publicUrl}/v1`,
    `SALLYPORT_TENANT_ID=${tenant.tenantId}`,
    `SALLYPORT_SECRET_KEY=${tenant.secretKey}`,
    `SALLYPORT_MANAGEMENT_KEY=${tenant.managementKey}`,
  ];
}

/** Whether the operator brings all the keys of the first tenant, so that nothing has to be told. */
function isSeeded({ seed }: Config): boolean {
  return seed.secretKey !== undefined && seed.managementKey !== undefined;
}

function credentialsFile({ dataDir }: Config): string {
  return resolve(join(dataDir, 'credentials.env'));
}

function writeCredentials(config: Config, publicUrl: string, tenant: FirstTenant): void {
  const file = credentialsFile(config);
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(file, `${credentialLines(publicUrl, tenant).join('\n')}\n`, { mode: 0o600 });
  // The mode above is for a new file only.
  chmodSync(file, 0o600);
}

function curl(publicUrl: string, tenant: FirstTenant): string {
  return `curl -u ${tenant.secretKey}: -X POST ${publicUrl}/v1/users/alice/actions/withdrawFunds -H 'Content-Type: application/json' -d '{"custom":{"amount":250}}'`;
}
