/**
 * Every setting of the server: its variable, default, unit and meaning. `docs/configuration.md` is generated from this
 * file.
 */
import { readSender } from '../core/authenticators/read-sender.ts';
import type { Sender } from '../core/authenticators/read-sender.ts';
import { z } from 'zod';
import { databaseUrls } from './database-urls.ts';

const masterKey = z.string().transform((text, context) => {
  const keys = text.split(',').map((part) => Buffer.from(part.trim(), 'base64'));
  if (keys.some((key) => key.length !== 32)) {
    context.addIssue({
      code: 'custom',
      message: 'must be 32 bytes in base64 (or several, separated by commas); make one with: openssl rand -base64 32',
    });
    return z.NEVER;
  }
  return keys;
});

const apiKey = z
  .string()
  .regex(
    /^[\x21-\x39\x3b-\x7e]{24,256}$/,
    'must be 24 to 256 printable ASCII characters without ":" and without spaces',
  );

const httpUrl = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    url === undefined ||
    !/^https?:$/.test(url.protocol) ||
    url.pathname !== '/' ||
    url.search !== '' ||
    url.hash !== '' ||
    url.username !== ''
  ) {
    context.addIssue({ code: 'custom', message: 'must be an origin such as https://auth.example.com, without a path' });
    return z.NEVER;
  }
  return url.origin;
});

function readDatabaseUrls(text: string, context: z.RefinementCtx): readonly string[] {
  const found = databaseUrls(text);
  if ('urls' in found) return found.urls;
  context.addIssue({ code: 'custom', message: found.mistake });
  return z.NEVER;
}

/** A URL that may contain a user name and a password. */
const urlOf = (...schemes: readonly string[]) =>
  z.string().superRefine((text, { addIssue }) => {
    const refuse = (message: string) => void addIssue({ code: 'custom', message });
    const inWords = schemes.map((scheme) => `${scheme}://`).join(' or ');
    if (!schemes.some((scheme) => text.toLowerCase().startsWith(`${scheme}://`))) refuse(`must be a ${inWords} URL`);
    // A URL ends before its "#", so the host would be part of the password.
    else if (text.includes('#')) {
      refuse(
        'has a "#": in a user name or a password write it as %23, and percent-encode @ : / ? % and spaces there too',
      );
    } else if (!URL.canParse(text)) {
      refuse(`must be a ${inWords} URL; in a user name or a password, percent-encode @ : / ? # % and spaces`);
    }
  });

const cidrList = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  )
  .pipe(
    z.array(
      z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], 'must be addresses or CIDR ranges, separated by commas'),
    ),
  );

const pathList = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

const countryList = z
  .string()
  .regex(/^\s*[A-Za-z]{2}(\s*,\s*[A-Za-z]{2})*\s*$/, 'must be two-letter country codes separated by commas')
  .transform((text) => text.split(',').map((part) => part.trim().toUpperCase()));

const wholeNumber = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^[0-9]+$/, `must be a whole number from ${minimum} to ${maximum}`)
    .transform(Number)
    .pipe(z.number().min(minimum, `must be at least ${minimum}`).max(maximum, `must be at most ${maximum}`));

// A name as in a URL, or an address. IPv6 addresses are in brackets, so that the port can be recognised.
const hostAndPort = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]):([0-9]{1,5})$/i;

const outboundList = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  )
  .pipe(
    z.array(
      z.union(
        [
          z.ipv4(),
          z.ipv6(),
          z.cidrv4(),
          z.cidrv6(),
          z.string().refine((part) => {
            const port = Number(hostAndPort.exec(part)?.[1]);
            return port >= 1 && port <= 65_535;
          }),
        ],
        'must be CIDR ranges, addresses or host:port, separated by commas',
      ),
    ),
  );

/** One row per variable. `secret` values never appear in a message or a log. */
export const settings = {
  SALLYPORT_MODE: {
    schema: z.enum(['development', 'production'], 'must be development or production').default('development'),
    fallback: 'development',
    meaning:
      'In `development` the server only listens on loopback and prints the keys that it creates. In `production` it prints no keys.',
  },
  SALLYPORT_HOST: {
    schema: z.string().min(1).default('127.0.0.1'),
    fallback: '127.0.0.1',
    meaning: 'Address to listen on.',
  },
  SALLYPORT_PORT: {
    schema: wholeNumber(0, 65535).default(4000),
    fallback: '4000',
    meaning: 'Port to listen on; 0 chooses a free one.',
  },
  SALLYPORT_PUBLIC_URL: {
    schema: httpUrl.optional(),
    fallback: '`http://localhost:PORT`',
    meaning:
      'Origin at which browsers and SDKs reach this server. Links, issuers and the relying party are built from it alone, never from request headers.',
  },
  SALLYPORT_DATA_DIR: {
    schema: z.string().min(1).default('./.sallyport'),
    fallback: './.sallyport',
    meaning: 'Folder for the embedded database, its master key and `credentials.env`.',
  },
  DATABASE_URL: {
    schema: z.string().transform(readDatabaseUrls).optional(),
    fallback: 'embedded database',
    meaning:
      'URL of PostgreSQL 15 or later, as libpq reads it: `postgres://user:password@host1,host2:5433/name`. If it lists several hosts, the one that accepts writes is used. Without this setting, the embedded database in the data directory is used.',
    secret: true,
  },
  SALLYPORT_DATABASE_POOL_SIZE: {
    schema: wholeNumber(2, 1000).default(10),
    fallback: '10',
    meaning: 'Connections that one node keeps to PostgreSQL.',
  },
  SALLYPORT_POOLER: {
    schema: z.enum(['none', 'session', 'transaction'], 'must be none, session or transaction').default('none'),
    fallback: 'none',
    meaning:
      'Mode of a connection pooler such as PgBouncer. `session` works as if there were none. With `transaction` nothing is kept in a session, which about halves the tracks per second. See the guide to production.',
  },
  SALLYPORT_LISTEN_URL: {
    schema: z.string().transform(readDatabaseUrls).optional(),
    fallback: '`DATABASE_URL`',
    meaning:
      'URL of PostgreSQL without the pooler, for one connection that listens for changes. Required with `SALLYPORT_POOLER=transaction`.',
    secret: true,
  },
  SALLYPORT_MIGRATION_URL: {
    schema: z.string().transform(readDatabaseUrls).optional(),
    fallback: '`DATABASE_URL`',
    meaning:
      'URL of PostgreSQL as the role that owns the tables. It updates the schema and makes the tables of the next months, so that the role in `DATABASE_URL` can neither change nor remove what is in the audit log. See the guide to production.',
    secret: true,
  },
  SALLYPORT_MASTER_KEY: {
    schema: masterKey.optional(),
    fallback: 'created in the data directory for the embedded database',
    meaning:
      '32 bytes in base64 that seal every secret in the database. You can give several, separated by commas: the first one seals, all of them open. Required with `DATABASE_URL`.',
    secret: true,
  },
  SALLYPORT_TRUSTED_PROXIES: {
    schema: cidrList.default([]),
    fallback: 'none',
    meaning:
      "Addresses or CIDR ranges of the proxies in front, separated by commas. Only they may state the client's address, in `X-Forwarded-For`.",
  },
  SALLYPORT_METRICS_TOKEN: {
    schema: apiKey.optional(),
    fallback: 'loopback only in development, no access in production',
    meaning: 'Bearer token for `/metrics`. Without it, `/metrics` is available only in development and from loopback.',
    secret: true,
  },
  SALLYPORT_TENANT_ID: {
    schema: z.uuid('must be a UUID').optional(),
    fallback: 'created at the first start',
    meaning: 'Id of the first tenant, to create it with your own id.',
  },
  SALLYPORT_SECRET_KEY: {
    schema: apiKey.optional(),
    fallback: 'created at the first start',
    meaning: "The first tenant's server secret key. If both keys are set, none is printed or written to a file.",
    secret: true,
  },
  SALLYPORT_MANAGEMENT_KEY: {
    schema: apiKey.optional(),
    fallback: 'created at the first start',
    meaning: "The first tenant's management key. If both keys are set, none is printed or written to a file.",
    secret: true,
  },
  SALLYPORT_COUNTRY_FILE: {
    schema: z.string().min(1).optional(),
    fallback: 'bundled',
    meaning: 'MaxMind-format file (`.mmdb`) that gives the country of an address.',
  },
  SALLYPORT_ASN_FILE: {
    schema: z.string().min(1).optional(),
    fallback: 'bundled',
    meaning: 'MaxMind-format file (`.mmdb`) that gives the autonomous system of an address.',
  },
  SALLYPORT_CITY_FILE: {
    schema: z.string().min(1).optional(),
    fallback: 'none',
    meaning:
      'MaxMind-format file (`.mmdb`) that gives city and coordinates. A changed file is loaded while the server runs.',
  },
  SALLYPORT_ANONYMISER_FILES: {
    schema: pathList.default([]),
    fallback: 'none',
    meaning:
      'Text files of addresses and CIDR ranges of VPN, proxy and Tor exits, separated by commas. Without a file `ip.isAnonymous` is null.',
  },
  SALLYPORT_SANCTIONED_COUNTRIES: {
    schema: countryList.optional(),
    fallback: 'CU, IR, KP, SY',
    meaning:
      'Countries for `ip.countryCodeInOfacList`, ISO 3166-1 alpha-2, separated by commas. The operator is responsible for keeping the list up to date.',
  },
  SALLYPORT_SMTP_URL: {
    schema: urlOf('smtp', 'smtps').optional(),
    fallback: 'in development an inbox at `/dev/inbox`',
    meaning: 'SMTP server for mail, with user name and password in the URL if it needs them.',
    secret: true,
  },
  SALLYPORT_MAIL_FROM: {
    schema: z
      .string()
      .transform((given, context) => {
        const sender = readSender(given);
        if (sender !== undefined) return sender;
        context.addIssue({
          code: 'custom',
          message: 'must be one address, alone or after a name: login@example.com, or Example <login@example.com>',
        });
        return z.NEVER;
      })
      .optional(),
    fallback: 'none',
    meaning:
      'Sender of mail, such as `Example <login@example.com>`. Required with `SALLYPORT_SMTP_URL` and with `SALLYPORT_SES_REGION`, and has no use without one of them.',
  },
  SALLYPORT_SES_REGION: {
    schema: z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region such as eu-west-1')
      .optional(),
    fallback: 'none',
    meaning:
      'Region of Amazon SES, such as `eu-west-1`, for tenants whose `emailProvider` is `SES` without `sesEmailCredentials` of their own: they send from `SALLYPORT_MAIL_FROM`. Required with the two keys below, and they with it.',
  },
  SALLYPORT_SES_ACCESS_KEY_ID: {
    schema: z.string().min(1).max(512).optional(),
    fallback: 'none',
    meaning: 'Access key id for Amazon SES.',
  },
  SALLYPORT_SES_SECRET_ACCESS_KEY: {
    schema: z.string().min(1).max(512).optional(),
    fallback: 'none',
    meaning: 'Secret access key for Amazon SES, of an identity that may do no more than `ses:SendEmail`.',
    secret: true,
  },
  SALLYPORT_SES_CONFIGURATION_SET: {
    schema: z.string().min(1).max(512).optional(),
    fallback: 'that of the identity',
    meaning: 'Configuration set of Amazon SES, whose events tell of bounces.',
  },
  SALLYPORT_OUTBOUND_ALLOW: {
    schema: outboundList.default([]),
    fallback: 'none',
    meaning:
      "Targets that tenants may make this server connect to, in addition to public addresses on the usual ports (webhooks 80 and 443, mail 25, 465, 587 and 2525): CIDR ranges and `host:port`, separated by commas. Private targets need an entry in both modes, loopback in production. Listed targets may be used without TLS. The server's own database and `SALLYPORT_SMTP_URL` need no entry.",
  },
  SALLYPORT_MANAGEMENT_RATE_LIMIT: {
    schema: wholeNumber(1, 1_000_000).default(100),
    fallback: '100',
    meaning: 'Calls that one management key, or one operator, may make in 10 seconds on each node.',
  },
  SALLYPORT_LIVE_SOCKETS_MAX: {
    schema: wholeNumber(0, 1_000_000).default(10_000),
    fallback: '10000',
    meaning:
      'Live connections (WebSockets) that each node holds at most; above it, new ones are refused and their clients poll. Each needs a file descriptor.',
  },
  SALLYPORT_ANONYMOUS_RATE_LIMIT: {
    schema: wholeNumber(1, 1_000_000).default(60),
    fallback: '60',
    meaning:
      'Calls that one address may make in a minute on each node to the client API without a token and to the page behind a mailed link.',
  },
  SALLYPORT_OIDC_ISSUER: {
    schema: z
      .string()
      .refine((text) => {
        const url = URL.canParse(text) ? new URL(text) : undefined;
        return url !== undefined && /^https?:$/.test(url.protocol) && !/[?#@]/.test(text);
      }, 'must be a URL such as https://login.example.com, without user name, query and fragment')
      .optional(),
    fallback: 'none',
    meaning:
      'Issuer of OpenID Connect at which operators may sign in to the portal, as it calls itself in `/.well-known/openid-configuration`. It must use https; in development, http on this machine. Let it lead back to `/portal/oidc` at `SALLYPORT_PUBLIC_URL`. Required with the two settings below, and they with it.',
  },
  SALLYPORT_OIDC_CLIENT_ID: {
    schema: z.string().min(1).max(512).optional(),
    fallback: 'none',
    meaning: 'What the issuer calls this server: its client id.',
  },
  SALLYPORT_OIDC_CLIENT_SECRET: {
    schema: z.string().min(1).max(2_048).optional(),
    fallback: 'none',
    meaning: 'Secret of that client.',
    secret: true,
  },
  SALLYPORT_OIDC_NAME: {
    schema: z.string().trim().min(1).max(64).optional(),
    fallback: 'the host of the issuer',
    meaning: 'What operators call the issuer, for the button "Sign in with …".',
  },
  SALLYPORT_OIDC_STEP_UP_ACR: {
    schema: z
      .string()
      .transform((text) => text.split(/[\s,]+/).filter((part) => part !== ''))
      .default([]),
    fallback: 'any',
    meaning:
      'Values of `acr`, separated by commas, of which the issuer has to state one when an operator confirms something dangerous there. They are asked for in `acr_values`. Set it if the issuer can let people in without a second factor.',
  },
  SALLYPORT_OPERATOR_PASSWORDS: {
    schema: z.enum(['on', 'off'], 'must be on or off').default('on'),
    fallback: 'on',
    meaning:
      'Whether operators may sign in to the portal with a password and an authenticator app, for computers without passkeys. With `off`, whoever did so needs a new invitation.',
  },
  SALLYPORT_LOG_LEVEL: {
    schema: z
      .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], 'must be trace, debug, info, warn, error or silent')
      .default('info'),
    fallback: 'info',
    meaning: 'How much is logged. The log is JSON lines on standard output.',
  },
  SALLYPORT_DRAIN_SECONDS: {
    schema: wholeNumber(0, 300).default(5),
    fallback: '5',
    meaning:
      'Seconds to keep serving after SIGTERM while `/readyz` already fails, so that load balancers notice first.',
  },
} satisfies Record<string, { schema: z.ZodType; fallback: string; meaning: string; secret?: boolean }>;

/**
 * A secret may be in a file instead, as containers provide them: this suffix on its variable's name gives the file's
 * path.
 */
const fileSuffix = '_FILE';
const fileVariables = new Map(
  Object.entries(settings).flatMap(([name, setting]) => ('secret' in setting ? [[`${name}${fileSuffix}`, name]] : [])),
);

type Values = { [Name in keyof typeof settings]: z.output<(typeof settings)[Name]['schema']> };

/** The settings of one server, checked. */
export interface Config {
  readonly mode: 'development' | 'production';
  readonly host: string;
  readonly port: number;
  /** An origin without a trailing slash; absent if it is derived from the port. */
  readonly publicUrl: string | undefined;
  readonly dataDir: string;
  /** One URL for each host of the database; absent for the embedded database. */
  readonly databaseUrls: readonly string[] | undefined;
  readonly databasePoolSize: number;
  readonly isPooled: boolean;
  /** One URL for each host without the pooler; absent if those of the database are used. */
  readonly listenUrls: readonly string[] | undefined;
  /** One URL for each host, as the owner of the tables; absent if the role of `databaseUrls` is the owner. */
  readonly migrationUrls: readonly string[] | undefined;
  /** Keys of 32 bytes: the first one seals, all of them open. Absent only with the embedded database. */
  readonly masterKeys: readonly Buffer[] | undefined;
  readonly trustedProxies: readonly string[];
  readonly metricsToken: string | undefined;
  readonly seed: {
    readonly tenantId: string | undefined;
    readonly secretKey: string | undefined;
    readonly managementKey: string | undefined;
  };
  /** Data files for facts about addresses; bundled files replace those that are absent. */
  readonly enrichment: {
    readonly countryPath?: string;
    readonly asnPath?: string;
    readonly cityPath?: string;
    readonly anonymiserPaths: readonly string[];
    readonly sanctionedCountries?: readonly string[];
  };
  /** The SMTP server of this installation; absent when there is none. */
  readonly smtp: { readonly url: string; readonly from: Sender } | undefined;
  /** The account of Amazon SES for tenants that have none of their own; absent when there is none. */
  readonly ses:
    | {
        readonly region: string;
        readonly accessKeyId: string;
        readonly secretAccessKey: string;
        readonly configurationSet: string | undefined;
        readonly from: string;
        /** Absent for the address alone. */
        readonly fromName: string | undefined;
      }
    | undefined;
  /** Where operators may sign in besides by passkeys; absent when there is none. */
  readonly oidc:
    | {
        readonly issuer: string;
        readonly clientId: string;
        readonly clientSecret: string;
        readonly name: string;
        readonly stepUpAcrs: readonly string[];
      }
    | undefined;
  /** Whether operators may sign in with a password and an authenticator app. */
  readonly takesPasswords: boolean;
  /** Addresses, CIDR ranges and `host:port` that tenants may name beyond the public internet. */
  readonly outboundAllow: readonly string[];
  /** Calls per management key in 10 seconds. */
  readonly managementRateLimit: number;
  readonly anonymousRateLimit: number;
  readonly liveSocketsMax: number;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly drainSeconds: number;
}

/** All mistakes found in the environment, one sentence each, without any value that could be a secret. */
export class ConfigMistakes extends Error {
  override readonly name = 'ConfigMistakes';
  readonly mistakes: readonly string[];
  constructor(mistakes: readonly string[]) {
    super(
      `The configuration has ${mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`}:\n${mistakes.map((text) => `  - ${text}`).join('\n')}`,
    );
    this.mistakes = mistakes;
  }
}

// In credentials.env for clients of the server; a server started with that file ignores it.
const clientVariables = new Set(['SALLYPORT_URL']);

const loopbackHosts = new Set(['127.0.0.1', '::1', 'localhost']);

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads a whole configuration from variables, and from the files that some of them name.
 * @throws {ConfigMistakes} with every mistake at once
 */
export function readConfig(given: Variables, readFile: (path: string) => string): Config {
  const mistakes: string[] = [];
  const variables = withFiles(given, readFile, mistakes);
  const values: Record<string, unknown> = {};
  for (const [name, { schema }] of Object.entries(settings)) {
    const text = variables[name];
    const result = schema.safeParse(text === '' ? undefined : text);
    if (result.success) values[name] = result.data;
    else for (const issue of result.error.issues) mistakes.push(`${name} ${issue.message}`);
  }
  for (const name of Object.keys(variables)) {
    if (name.startsWith('SALLYPORT_') && !(name in settings || fileVariables.has(name) || clientVariables.has(name)))
      mistakes.push(`${name} is not a setting of Sallyport`);
  }
  const known = values as Values;
  if (
    known.SALLYPORT_MODE === 'development' &&
    known.SALLYPORT_HOST !== undefined &&
    !loopbackHosts.has(known.SALLYPORT_HOST)
  ) {
    mistakes.push(
      'SALLYPORT_HOST must be a loopback address in development mode; set SALLYPORT_MODE=production to listen on other addresses',
    );
  }
  if (variables['DATABASE_URL'] && !variables['SALLYPORT_MASTER_KEY']) {
    mistakes.push('SALLYPORT_MASTER_KEY is required with DATABASE_URL; make one with: openssl rand -base64 32');
  }
  for (const name of ['SALLYPORT_POOLER', 'SALLYPORT_LISTEN_URL', 'SALLYPORT_MIGRATION_URL']) {
    if (variables[name] && variables[name] !== 'none' && !variables['DATABASE_URL']) {
      mistakes.push(`${name} has no use without DATABASE_URL`);
    }
  }
  if (variables['SALLYPORT_POOLER'] === 'transaction' && !variables['SALLYPORT_LISTEN_URL']) {
    mistakes.push(
      'SALLYPORT_LISTEN_URL is required with SALLYPORT_POOLER=transaction: name the database without the pooler',
    );
  }
  const sesNames = ['SALLYPORT_SES_REGION', 'SALLYPORT_SES_ACCESS_KEY_ID', 'SALLYPORT_SES_SECRET_ACCESS_KEY'];
  const usesSes = [...sesNames, 'SALLYPORT_SES_CONFIGURATION_SET'].some((name) => variables[name]);
  for (const name of sesNames) {
    if (usesSes && !variables[name]) mistakes.push(`${name} is required with the other settings of Amazon SES`);
  }
  const oidcNames = ['SALLYPORT_OIDC_ISSUER', 'SALLYPORT_OIDC_CLIENT_ID', 'SALLYPORT_OIDC_CLIENT_SECRET'];
  const usesOidc = [...oidcNames, 'SALLYPORT_OIDC_NAME', 'SALLYPORT_OIDC_STEP_UP_ACR'].some((name) => variables[name]);
  for (const name of oidcNames) {
    if (usesOidc && !variables[name]) mistakes.push(`${name} is required with the other settings of OpenID Connect`);
  }
  if (
    isPlainIssuer(known) &&
    (known.SALLYPORT_MODE === 'production' || !isOnThisMachine(known.SALLYPORT_OIDC_ISSUER))
  ) {
    mistakes.push('SALLYPORT_OIDC_ISSUER must use https; only in development http, and then on this machine');
  }
  if (!variables['SALLYPORT_MAIL_FROM']) {
    if (variables['SALLYPORT_SMTP_URL']) mistakes.push('SALLYPORT_MAIL_FROM is required with SALLYPORT_SMTP_URL');
    if (usesSes) mistakes.push('SALLYPORT_MAIL_FROM is required with the settings of Amazon SES');
  } else if (!variables['SALLYPORT_SMTP_URL'] && !usesSes) {
    mistakes.push('SALLYPORT_SMTP_URL is required with SALLYPORT_MAIL_FROM: without a server no mail is sent');
  }
  if (mistakes.length > 0) throw new ConfigMistakes(mistakes);
  return {
    mode: known.SALLYPORT_MODE,
    host: known.SALLYPORT_HOST,
    port: known.SALLYPORT_PORT,
    publicUrl: known.SALLYPORT_PUBLIC_URL,
    dataDir: known.SALLYPORT_DATA_DIR,
    databaseUrls: known.DATABASE_URL,
    databasePoolSize: known.SALLYPORT_DATABASE_POOL_SIZE,
    isPooled: known.SALLYPORT_POOLER === 'transaction',
    listenUrls: known.SALLYPORT_LISTEN_URL,
    migrationUrls: known.SALLYPORT_MIGRATION_URL,
    masterKeys: known.SALLYPORT_MASTER_KEY,
    trustedProxies: known.SALLYPORT_TRUSTED_PROXIES,
    metricsToken: known.SALLYPORT_METRICS_TOKEN,
    seed: {
      tenantId: known.SALLYPORT_TENANT_ID,
      secretKey: known.SALLYPORT_SECRET_KEY,
      managementKey: known.SALLYPORT_MANAGEMENT_KEY,
    },
    enrichment: {
      anonymiserPaths: known.SALLYPORT_ANONYMISER_FILES,
      ...(known.SALLYPORT_COUNTRY_FILE === undefined ? {} : { countryPath: known.SALLYPORT_COUNTRY_FILE }),
      ...(known.SALLYPORT_ASN_FILE === undefined ? {} : { asnPath: known.SALLYPORT_ASN_FILE }),
      ...(known.SALLYPORT_CITY_FILE === undefined ? {} : { cityPath: known.SALLYPORT_CITY_FILE }),
      ...(known.SALLYPORT_SANCTIONED_COUNTRIES === undefined
        ? {}
        : { sanctionedCountries: known.SALLYPORT_SANCTIONED_COUNTRIES }),
    },
    ses: sesOf(known),
    oidc: oidcOf(known),
    takesPasswords: known.SALLYPORT_OPERATOR_PASSWORDS === 'on',
    smtp:
      known.SALLYPORT_SMTP_URL === undefined || known.SALLYPORT_MAIL_FROM === undefined
        ? undefined
        : { url: known.SALLYPORT_SMTP_URL, from: known.SALLYPORT_MAIL_FROM },
    outboundAllow: known.SALLYPORT_OUTBOUND_ALLOW,
    managementRateLimit: known.SALLYPORT_MANAGEMENT_RATE_LIMIT,
    anonymousRateLimit: known.SALLYPORT_ANONYMOUS_RATE_LIMIT,
    liveSocketsMax: known.SALLYPORT_LIVE_SOCKETS_MAX,
    logLevel: known.SALLYPORT_LOG_LEVEL,
    drainSeconds: known.SALLYPORT_DRAIN_SECONDS,
  };
}

function isPlainIssuer({ SALLYPORT_OIDC_ISSUER: issuer }: Values): boolean {
  return issuer?.toLowerCase().startsWith('http:') === true;
}

function isOnThisMachine(url = ''): boolean {
  return loopbackHosts.has(new URL(url).hostname.replace(/^\[|\]$/g, ''));
}

/** The variables, including those given as files: the file's first and only line. */
function withFiles(given: Variables, readFile: (path: string) => string, mistakes: string[]): Variables {
  const variables: Record<string, string | undefined> = { ...given };
  for (const [fileVariable, name] of fileVariables) {
    const path = given[fileVariable];
    if (path === undefined || path === '') continue;
    if (given[name]) {
      mistakes.push(`${fileVariable} and ${name} are both given; leave one out`);
      continue;
    }
    try {
      const text = readFile(path).trim();
      if (text === '') mistakes.push(`${fileVariable} names an empty file`);
      else variables[name] = text;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      mistakes.push(`${fileVariable} names a file that cannot be read (${code})`);
    }
  }
  return variables;
}

function oidcOf(known: Values): Config['oidc'] {
  const {
    SALLYPORT_OIDC_ISSUER: issuer,
    SALLYPORT_OIDC_CLIENT_ID: clientId,
    SALLYPORT_OIDC_CLIENT_SECRET: clientSecret,
    SALLYPORT_OIDC_STEP_UP_ACR: stepUpAcrs,
  } = known;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return undefined;
  return { issuer, clientId, clientSecret, name: known.SALLYPORT_OIDC_NAME ?? new URL(issuer).host, stepUpAcrs };
}

function sesOf(known: Values): Config['ses'] {
  const {
    SALLYPORT_SES_REGION: region,
    SALLYPORT_SES_ACCESS_KEY_ID: accessKeyId,
    SALLYPORT_SES_SECRET_ACCESS_KEY: secretAccessKey,
    SALLYPORT_SES_CONFIGURATION_SET: configurationSet,
    SALLYPORT_MAIL_FROM: sender,
  } = known;
  if (region === undefined || accessKeyId === undefined || secretAccessKey === undefined || sender === undefined) {
    return undefined;
  }
  const { address: from, name } = sender;
  return { region, accessKeyId, secretAccessKey, configurationSet, from, fromName: name === '' ? undefined : name };
}
