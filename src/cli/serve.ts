import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import { openEnrichment } from '../enrichment/enrichment.ts';
import { smtpMailer } from '../delivery/email/smtp-mailer.ts';
import { openInbox } from '../delivery/inbox.ts';
import { openNames } from '../delivery/names.ts';
import type { Oidc, openOidc } from '../delivery/oidc.ts';
import { openOutbound } from '../delivery/outbound.ts';
import { openServerLog } from '../http/logger.ts';
import { listen } from '../http/listen.ts';
import { systemRuntime } from '../runtime/system-runtime.ts';
import { holdYoungSpace } from '../runtime/young-space.ts';
import { createFirstTenant } from '../storage/first-tenant.ts';
import { inviteDeveloper } from '../storage/invite-operator.ts';
import type { FirstTenant } from '../storage/first-tenant.ts';
import { anchorClock, requireKnownMasterKey, openStorage } from '../storage/open-storage.ts';
import { migrateAsOwner, openOwner } from '../storage/owner.ts';
import { DatabaseUnfit } from '../storage/prepare-schema.ts';
import { writeSynced } from '../storage/synced-files.ts';
import type { Command } from './command.ts';
import { endOnFault } from './end-on-fault.ts';
import { readOptions } from './read-options.ts';

const loopback = ['127.0.0.0/8', '::1'];

export const serve: Command = {
  name: 'serve',
  summary: 'Run the server.',
  help: `Usage: sallyport serve

Runs the server on SALLYPORT_HOST and SALLYPORT_PORT (127.0.0.1:4000). Without DATABASE_URL it uses the embedded database
in SALLYPORT_DATA_DIR (./.sallyport). It first updates the schema, and creates the first tenant if there is none; the
tenant's keys are written to credentials.env in the data directory.

On SIGTERM it keeps serving for SALLYPORT_DRAIN_SECONDS while /readyz fails, then finishes open requests and
exits with code 0. On SIGINT it does not wait. A second signal ends it at once.
`,
  async run(words) {
    readOptions(words, []);
    const youngSpace = holdYoungSpace();
    const stop = listenForStop();
    const config = loadConfig();
    const runtime = systemRuntime();
    const log = openServerLog(config.logLevel, runtime);
    const { logger } = log;
    const warn = (error: Error) => logger.warn({ err: error }, 'database');
    const { db, seal, masterKeyPlace, isDurable } = await openStorage(config, runtime, warn);
    const owner = openOwner(config, db, runtime, warn);
    await migrateAsOwner(owner, db);
    await requireKnownMasterKey(db, seal, masterKeyPlace);
    const { fault, warning } = await anchorClock(db, runtime);
    if (fault !== undefined) throw new DatabaseUnfit(fault);
    if (warning !== undefined) logger.warn(warning);
    if (!isDurable && config.mode === 'production') {
      logger.warn(
        'Sallyport cannot verify that commits reach this disk: a power loss can lose the last ones. Use DATABASE_URL.',
      );
    }
    const firstTenant = await createFirstTenant(db, { runtime, seal }, config.seed);
    // Written before anything else can fail, such as listening on a port in use: the keys are in clear text nowhere
    // else.
    if (firstTenant !== undefined && !isSeeded(config)) {
      writeCredentials(config, config.publicUrl ?? `http://localhost:${config.port}`, firstTenant);
    }

    const enrichment = await openEnrichment(config.enrichment, runtime, (problem) => logger.warn(problem, 'data file'));

    const names = openNames(runtime);
    const mailer = config.smtp === undefined ? undefined : smtpMailer(config.smtp, names, runtime.timers);
    const inbox = config.mode === 'development' ? openInbox(runtime.clock) : undefined;
    if (inbox !== undefined) logger.info('messages for which no provider is configured are kept at /dev/inbox');

    let publicUrl = config.publicUrl ?? `http://localhost:${config.port}`;
    // Imported late because it is most of the program. Other commands do not need it, and neither does a start that
    // fails because of its settings or its database.
    const { createApp } = await import('../app.ts');
    const oidc = config.oidc === undefined ? undefined : await openIssuer(config.oidc, { names, ...runtime });
    const app = await createApp({
      db,
      owner,
      enrichment,
      mailer,
      ses: config.ses,
      inbox,
      // Integrators try it on their own machine first.
      outbound: openOutbound([...config.outboundAllow, ...(config.mode === 'development' ? loopback : [])], names),
      takesPasswords: config.takesPasswords,
      oidc,
      seal,
      runtime,
      logger,
      lostLogLines: log.lostLines,
      trustedProxies: config.trustedProxies,
      metricsToken: config.metricsToken,
      managementRateLimit: config.managementRateLimit,
      anonymousRateLimit: config.anonymousRateLimit,
      liveSocketsMax: config.liveSocketsMax,
      isDevelopment: config.mode === 'development',
      publicUrl: () => publicUrl,
    });
    const listener = await listen(app.server, {
      host: config.host,
      port: config.port,
      startDraining: app.startDraining,
      wait: (ms) => wait(ms, undefined, { ref: true }),
    });
    youngSpace.release();
    endOnFault({ app, listener, log, wait: runtime.timers.wait });
    publicUrl = config.publicUrl ?? `http://localhost:${listener.port}`;
    // Called before the server reports that it is ready, so that a signal after that stops it properly.
    const signalled = stop.signal();
    process.stdout.write(greeting(config, publicUrl, firstTenant));
    if (config.mode === 'development' && process.stdout.isTTY) {
      const link = await inviteDeveloper(db, { runtime, seal }, publicUrl);
      if (link !== undefined) process.stdout.write(`\nCome in to the portal (once, within an hour): ${link}\n`);
    }

    const signal = await signalled;
    logger.info({ signal }, 'stopping');
    await listener.stop(signal === 'SIGTERM' ? config.drainSeconds * 1000 : 0);
    await app.close();
    logger.info('stopped');
    await log.end();
  },
};

/**
 * Handles SIGTERM and SIGINT from the start, because in a container a signal without a handler does not end the first
 * process. Until `signal` is called there is nothing to finish, and the process ends at once.
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

/** What a person sees at startup. Keys are printed only in development, and only if the server created them itself. */
function greeting(config: Config, publicUrl: string, firstTenant: FirstTenant | undefined): string {
  const file = credentialsFile(config);
  const lines = [`Sallyport is ready at ${publicUrl} (API documentation: ${publicUrl}/docs).`];
  if (firstTenant === undefined) {
    if (existsSync(file)) lines.push(`The keys of the first tenant are in ${file}.`);
  } else if (isSeeded(config)) {
    lines.push(`The first tenant ${firstTenant.tenantId} was created with the given keys.`);
  } else {
    writeCredentials(config, publicUrl, firstTenant);
    lines.push(`The first tenant was created; its keys are in ${file}.`);
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

/** Whether the operator provides all keys of the first tenant, so that none has to be printed or written. */
function isSeeded({ seed }: Config): boolean {
  return seed.secretKey !== undefined && seed.managementKey !== undefined;
}

function credentialsFile({ dataDir }: Config): string {
  return resolve(join(dataDir, 'credentials.env'));
}

function writeCredentials(config: Config, publicUrl: string, tenant: FirstTenant): void {
  const file = credentialsFile(config);
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  writeSynced(file, `${credentialLines(publicUrl, tenant).join('\n')}\n`);
}

function curl(publicUrl: string, tenant: FirstTenant): string {
  return `curl -u ${tenant.secretKey}: -X POST ${publicUrl}/v1/users/alice/actions/withdrawFunds -H 'Content-Type: application/json' -d '{"custom":{"amount":250}}'`;
}

/** Its library is loaded only where operators sign in by an issuer. */
async function openIssuer(...given: Parameters<typeof openOidc>): Promise<Oidc> {
  const { openOidc: open } = await import('../delivery/oidc.ts');
  return open(...given);
}
