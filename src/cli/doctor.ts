import { existsSync, statSync, statfsSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join, resolve } from 'node:path';
import { ConfigMistakes } from '../config/config.ts';
import type { Config } from '../config/config.ts';
import { loadConfig, loadSettingDescriptions } from '../config/load-config.ts';
import { trySmtp } from '../delivery/email/smtp-mailer.ts';
import { openNames } from '../delivery/names.ts';
import { openEnrichment } from '../enrichment/enrichment.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { systemRuntime } from '../runtime/system-runtime.ts';
import { DataDirectoryInUse } from '../storage/data-directory.ts';
import { loadSchemaState } from '../storage/migrate.ts';
import { anchorClock, requireKnownMasterKey, openStorage } from '../storage/open-storage.ts';
import type { Storage } from '../storage/open-storage.ts';
import { prepareSchema } from '../storage/prepare-schema.ts';
import { rootKeyPlace } from '../storage/published.ts';
import { loadAuthenticatorConfigurations } from '../storage/queries/authenticator-configurations.ts';
import { listTenants } from '../storage/queries/tenants.ts';
import type { TenantRow } from '../storage/queries/tenants.ts';
import { SealBroken } from '../storage/seal.ts';
import { statement } from '../storage/sql.ts';
import type { Database, Sql } from '../storage/sql.ts';
import { CommandMistake } from './command.ts';
import type { Command } from './command.ts';
import { readOptions } from './read-options.ts';

/** One finding; a warning or a fault says what to do. */
interface Finding {
  readonly area: 'settings' | 'database' | 'clock' | 'keys' | 'origins' | 'mail' | 'data files' | 'disk';
  readonly state: 'ok' | 'warning' | 'fault';
  readonly text: string;
}

type Tell = (area: Finding['area'], state: Finding['state'], text: string) => void;

export const doctor: Command = {
  name: 'doctor',
  summary: 'Check this installation for problems.',
  help: `Usage: sallyport doctor [--file PATH]

Checks the settings, the database, its clock, the master key, where passkeys can be used, the mail server (it signs in but
sends nothing), the data files and the disk. Each line is ok, a warning or a fault, with what to do about it.
Exit code 1 if there is a fault. Nothing is changed.

--file writes the report to a new file that you can share: it contains no secrets, no keys and no personal data.

Only one process can use the embedded database: while a server runs on it, the doctor checks everything else.
`,
  async run(words) {
    const { options } = readOptions(words, ['file']);
    const findings: Finding[] = [];
    const config = readSettings((area, state, text) => findings.push({ area, state, text }));
    const secrets = secretsOf(config);
    const shown = findings.splice(0);
    const tell: Tell = (area, state, text) => {
      findings.push({ area, state, text });
      process.stdout.write(`${state.padEnd(9)}${area.padEnd(12)}${without(secrets, text)}\n`);
    };
    for (const { area, state, text } of shown) tell(area, state, text);
    if (config !== undefined) await examine(config, systemRuntime(), tell);
    if (options.file !== undefined) {
      const text = `${JSON.stringify(supportFile(findings), null, 2)}\n`;
      writeFileSync(options.file, without([...secrets, ...privateOf(config)], text), { flag: 'wx', mode: 0o600 });
      process.stdout.write(`Written to ${resolve(options.file)}.\n`);
    }
    const faults = findings.filter(({ state }) => state === 'fault').length;
    if (faults > 0) throw new CommandMistake(faults === 1 ? 'There is a fault.' : `There are ${faults} faults.`);
  },
};

function readSettings(tell: Tell): Config | undefined {
  try {
    const config = loadConfig();
    tell('settings', 'ok', `${config.mode}, as ${loadSettingDescriptions().length} settings say`);
    return config;
  } catch (error) {
    if (!(error instanceof ConfigMistakes)) throw error;
    for (const mistake of error.mistakes) tell('settings', 'fault', mistake);
    return undefined;
  }
}

async function examine(config: Config, runtime: Runtime, tell: Tell): Promise<void> {
  examineProxies(config, tell);
  examinePublicUrl(config, tell);
  examineDisk(config, tell);
  await examineStorage(config, runtime, tell);
  await examineMail(config, runtime, tell);
  await examineDataFiles(config, runtime, tell);
}

function examineProxies({ mode, host, trustedProxies }: Config, tell: Tell): void {
  if (trustedProxies.some((range) => range.endsWith('/0')))
    tell(
      'settings',
      'fault',
      'SALLYPORT_TRUSTED_PROXIES includes every address: any caller can claim any client address. List only your proxies.',
    );
  else if (mode === 'production' && /^(?:127\.|::1$|localhost$)/.test(host) && trustedProxies.length === 0) {
    tell(
      'settings',
      'warning',
      'SALLYPORT_TRUSTED_PROXIES does not list the proxy in front: all callers seem to have its address and share one limit.',
    );
  }
}

function examinePublicUrl({ mode, publicUrl }: Config, tell: Tell): void {
  if (mode !== 'production') return;
  if (publicUrl === undefined)
    tell('origins', 'fault', 'SALLYPORT_PUBLIC_URL is not set: links and passkeys would be for http://localhost.');
  else if (!publicUrl.startsWith('https://'))
    tell(
      'origins',
      'fault',
      'SALLYPORT_PUBLIC_URL is not https: browsers do not allow passkeys on such pages. Terminate TLS in front.',
    );
}

const leastFreeBytes = 100_000_000;

function examineDisk({ databaseUrls, dataDir, masterKeys }: Config, tell: Tell): void {
  if (databaseUrls !== undefined || !existsSync(dataDir)) return;
  const { bavail, bsize } = statfsSync(dataDir);
  const freeBytes = bavail * bsize;
  const free = `${Math.floor(freeBytes / 1_000_000)} MB are free in the data directory`;
  if (freeBytes < leastFreeBytes) tell('disk', 'fault', `${free}. Make room, or use DATABASE_URL.`);
  else if (freeBytes < 10 * leastFreeBytes) tell('disk', 'warning', `${free}. Make room soon.`);
  else tell('disk', 'ok', free);
  const keyFile = join(dataDir, 'master.key');
  if (existsSync(keyFile) && (statSync(keyFile).mode & 0o077) !== 0)
    tell('keys', 'fault', 'Other users of this machine can read master.key. Run chmod 600 on it.');
  if (masterKeys === undefined && existsSync(join(dataDir, 'database')) && !existsSync(keyFile))
    tell('keys', 'fault', 'master.key is not in the data directory. Put it back, or set SALLYPORT_MASTER_KEY to it.');
}

async function examineStorage(config: Config, runtime: Runtime, tell: Tell): Promise<void> {
  const { databaseUrls, dataDir, masterKeys } = config;
  if (databaseUrls === undefined) {
    // Opening it would create what is missing.
    if (!existsSync(join(dataDir, 'database'))) {
      tell(
        'database',
        'warning',
        'There is none yet; "sallyport serve" creates it. Is SALLYPORT_DATA_DIR the right folder?',
      );
      return;
    }
    if (masterKeys === undefined && !existsSync(join(dataDir, 'master.key'))) return;
  }
  let storage: Storage;
  try {
    storage = await openStorage(config, runtime, () => undefined);
  } catch (error) {
    if (error instanceof DataDirectoryInUse)
      tell('database', 'warning', `${error.message} Stop it to check the database.`);
    else tell(error instanceof SealBroken ? 'keys' : 'database', 'fault', messageOf(error));
    return;
  }
  try {
    if (!(await examineDatabase(storage, config, tell))) return;
    await examineClock(storage.db, runtime, tell);
    const tenants = await listTenants(storage.db);
    await examineKeys(storage, tenants, tell);
    await examineTenants(storage.db, tenants, config, tell);
  } catch (error) {
    tell('database', 'fault', messageOf(error));
  } finally {
    await storage.db.close();
  }
}

const aboutStatement = statement<{ version: number; words: string; encoding: string }>(
  'doctor_about',
  `select current_setting('server_version_num')::int as version, current_setting('server_version') as words,
     current_setting('server_encoding') as encoding`,
);
// Must be written to the database's log, and changes nothing.
const writeStatement = statement('doctor_write', `select pg_logical_emit_message(true, 'sallyport', 'doctor')`);

/** True if there are tables to check. */
async function examineDatabase({ db, isDurable }: Storage, config: Config, tell: Tell): Promise<boolean> {
  const [about] = await db.query(aboutStatement, []);
  if (about === undefined) return false;
  if (about.version < 150_000) tell('database', 'fault', `PostgreSQL ${about.words} is too old. Use 15 or later.`);
  if (about.encoding !== 'UTF8')
    tell(
      'database',
      'fault',
      `The database uses the encoding ${about.encoding}. Create one in UTF8 and move the data there.`,
    );
  await withoutATrace(db, prepareSchema);
  await db.query(writeStatement, []);
  const wrong = await db.wrongSettings();
  if (wrong.length > 0)
    tell('database', 'fault', `Its sessions lack these settings: ${wrong.join(', ')}. See the guide on poolers.`);
  const { pending: due, fault } = await loadSchemaState(db);
  if (fault !== undefined) tell('database', 'fault', fault);
  const pending = due.length;
  if (pending > 0) {
    tell(
      'database',
      'warning',
      `The schema is ${pending} ${pending === 1 ? 'step' : 'steps'} behind this version. Run "sallyport migrate", or start the server.`,
    );
    return false;
  }
  tell('database', 'ok', `${db.kind === 'embedded' ? 'embedded ' : ''}PostgreSQL ${about.words}, writable, up to date`);
  if (!isDurable) {
    tell(
      'database',
      config.mode === 'production' ? 'warning' : 'ok',
      'Sallyport cannot verify that commits reach this disk: a power loss can lose the last ones. Use DATABASE_URL.',
    );
  }
  return true;
}

class TakenBack extends Error {}

/** Tries a change of the schema, and rolls it back. */
async function withoutATrace(db: Database, work: (sql: Sql) => Promise<void>): Promise<void> {
  const takenBack = db.transaction(async (sql) => {
    await work(sql);
    throw new TakenBack();
  });
  await takenBack.catch((error: unknown) => {
    if (!(error instanceof TakenBack)) throw error;
  });
}

async function examineClock(db: Database, runtime: Runtime, tell: Tell): Promise<void> {
  const { fault, warning } = await anchorClock(db, runtime);
  if (fault !== undefined) tell('clock', 'fault', fault);
  else if (warning !== undefined) tell('clock', 'warning', warning);
  else tell('clock', 'ok', "The database's clock is this machine's, within five minutes");
}

async function examineKeys({ db, seal }: Storage, tenants: readonly TenantRow[], tell: Tell): Promise<void> {
  try {
    await requireKnownMasterKey(db, seal);
    for (const tenant of tenants) seal.open(tenant.rootKeySealed, rootKeyPlace(tenant.tenantId));
    tell('keys', 'ok', 'The master key opens the sealed secrets');
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error;
    tell('keys', 'fault', `${error.message} Add that key after the first one.`);
  }
}

async function examineTenants(db: Database, tenants: readonly TenantRow[], config: Config, tell: Tell): Promise<void> {
  if (tenants.length === 0) {
    tell(
      'database',
      'warning',
      'There is no tenant yet. Start the server, or run "sallyport tenants create --name NAME".',
    );
    return;
  }
  const before = { faults: 0 };
  for (const { tenantId } of tenants) {
    const configurations = await loadAuthenticatorConfigurations(db, tenantId);
    const settings = configurations.find(({ verificationMethod }) => verificationMethod === 'PASSKEY')?.settings ?? {};
    for (const [state, text] of examineOrigins(settings, config)) {
      tell('origins', state, `Tenant ${tenantId}: ${text}`);
      before.faults += 1;
    }
  }
  if (before.faults === 0)
    tell(
      'origins',
      'ok',
      `Passkeys of ${tenants.length === 1 ? 'the tenant' : `all ${tenants.length} tenants`} fit the pages that use them`,
    );
}

/**
 * Reasons why passkeys would not work on a page: a relying party's passkeys work only at its host and below (WebAuthn
 * §5.1.3).
 */
function examineOrigins(
  { relyingParty, expectedOrigins }: Readonly<Record<string, unknown>>,
  { publicUrl, port, mode }: Config,
): readonly (readonly ['warning' | 'fault', string])[] {
  const own = publicUrl ?? `http://localhost:${port}`;
  const rpId = typeof relyingParty === 'string' ? relyingParty.toLowerCase() : new URL(own).hostname;
  const isWithin = (origin: string) => {
    const { hostname } = new URL(origin);
    return hostname === rpId || hostname.endsWith(`.${rpId}`);
  };
  const problems: (readonly ['warning' | 'fault', string])[] = [];
  if (!isWithin(own)) {
    problems.push([
      'warning',
      `the pages of this server (${own}) cannot use passkeys of ${rpId}. Serve them at a host of ${rpId}, or change relyingParty.`,
    ]);
  }
  const web = (Array.isArray(expectedOrigins) ? expectedOrigins.map(String) : []).filter((it) =>
    /^https?:\/\//i.test(it),
  );
  for (const origin of web) {
    if (!URL.canParse(origin) || !isWithin(origin))
      problems.push([
        'fault',
        `${origin} is an expected origin, but browsers do not let it use passkeys of ${rpId}. Remove it, or change relyingParty.`,
      ]);
    else if (mode === 'production' && /^http:/i.test(origin) && new URL(origin).hostname !== 'localhost')
      problems.push([
        'fault',
        `${origin} is an expected origin, but is not https: browsers do not allow passkeys there.`,
      ]);
  }
  return problems;
}

async function examineMail({ smtp, mode }: Config, runtime: Runtime, tell: Tell): Promise<void> {
  if (smtp === undefined) {
    if (mode === 'production')
      tell('mail', 'warning', 'SALLYPORT_SMTP_URL is not set: only tenants with their own mail server can send mail.');
    else tell('mail', 'ok', 'There is no mail server: messages are kept at /dev/inbox');
    return;
  }
  try {
    await trySmtp(smtp, openNames(runtime), runtime.timers);
    tell('mail', 'ok', 'The mail server accepts our sign-in');
  } catch (error) {
    tell('mail', 'fault', `${messageOf(error)} Check SALLYPORT_SMTP_URL and the mail server's log.`);
  }
}

async function examineDataFiles({ enrichment }: Config, runtime: Runtime, tell: Tell): Promise<void> {
  const opened = await openEnrichment(enrichment, runtime, () => undefined);
  for (const { name, state, builtAt, problem } of opened.sources()) {
    if (state === 'broken')
      tell('data files', 'fault', `${name}: ${problem ?? 'cannot be used.'} Put a good file in its place.`);
    else if (state === 'ok')
      tell('data files', 'ok', `${name}${builtAt === null ? '' : `, made ${builtAt.slice(0, 10)}`}`);
  }
  opened.close();
}

function supportFile(findings: readonly Finding[]) {
  return {
    node: process.version,
    system: `${process.platform} ${process.arch} ${release()}`,
    settings: loadSettingDescriptions(),
    findings,
  };
}

function without(words: readonly string[], text: string): string {
  return words.reduce((rest, word) => rest.replaceAll(word, '***'), text);
}

/** Values that must not be shown, whatever text contains them: a driver's error, a mail server's response. */
function secretsOf(config: Config | undefined): readonly string[] {
  if (config === undefined) return [];
  const urls = [
    ...(config.databaseUrls ?? []),
    ...(config.listenUrls ?? []),
    ...(config.migrationUrls ?? []),
    config.smtp?.url,
  ];
  return named([
    ...urls,
    ...urls.flatMap((url) => passwordsOf(url)),
    config.metricsToken,
    config.ses?.secretAccessKey,
    config.seed.secretKey,
    config.seed.managementKey,
    ...(config.masterKeys ?? []).map((key) => key.toString('base64')),
  ]);
}

/** Private values: names of users and databases, folders of this machine, and the sender. */
function privateOf(config: Config | undefined): readonly string[] {
  if (config === undefined) return [];
  const { countryPath, asnPath, cityPath, anonymiserPaths } = config.enrichment;
  return named([
    ...[
      ...(config.databaseUrls ?? []),
      ...(config.listenUrls ?? []),
      ...(config.migrationUrls ?? []),
      config.smtp?.url,
    ].flatMap((url) => namesOf(url)),
    config.smtp?.from.address,
    config.smtp?.from.name,
    config.ses?.accessKeyId,
    config.ses?.from,
    config.ses?.fromName,
    config.dataDir,
    resolve(config.dataDir),
    ...[countryPath, asnPath, cityPath, ...anonymiserPaths],
  ]);
}

// Replacing shorter ones would damage ordinary words.
const leastLength = 4;

function named(texts: readonly (string | undefined)[]): readonly string[] {
  return texts
    .filter((text) => text !== undefined)
    .filter((text) => text.length >= leastLength)
    .sort((one, other) => other.length - one.length);
}

/** The password of a URL, both as written and decoded. */
function passwordsOf(url: string | undefined): readonly string[] {
  if (url === undefined || !URL.canParse(url)) return [];
  const { password } = new URL(url);
  return [password, decoded(password)];
}

/** The names of a user and a database, which a server's refusals repeat. */
function namesOf(url: string | undefined): readonly string[] {
  if (url === undefined || !URL.canParse(url)) return [];
  const { username, pathname } = new URL(url);
  // Default names reveal nothing.
  return [username, pathname.slice(1)].flatMap((name) => (name === 'postgres' ? [] : [name, decoded(name)]));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
